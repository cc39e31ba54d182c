using Coffer.Barrier;
using Coffer.Kernel.Logging;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Primitives;
using Coffer.Storage;

namespace Coffer.Kernel.Seal;

/// <summary>Looks after the keyring of an unsealed server: keeps the counts of its keys in the store, and adds a key in good time.</summary>
/// <param name="rootKey">Stays the owner's.</param>
/// <param name="cipher">Uses whatever ring is stored from here.</param>
public sealed class KeyringRotation(SealStore seal, SecretBytes rootKey, EntryCipher cipher, Transactor transactions, KernelOptions options)
{
    /// <summary>How often it looks. Nothing that one machine does in this time comes near the tenth that the limit leaves free.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromMinutes(1);

    /// <summary>Entries sealed before their count is stored: that many may be forgotten by a crash.</summary>
    private const long UncountedMax = 100_000;

    private long _counted = -1;

    /// <summary>The active key's term, since when, and how many entries it has sealed.</summary>
    public KeyStatus Status
    {
        get
        {
            using var ring = cipher.ShareRing();
            return new KeyStatus(ring.ActiveTerm, ring.ActiveSince, ring.ActiveEncryptions);
        }
    }

    /// <summary>Works until cancelled.</summary>
    internal async Task RunAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            await Task.Delay(LookEvery, options.Clock, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                await LookAsync(cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (error is StoreUnavailableException or BarrierException or InvalidOperationException)
            {
                options.OnFailure("the keyring could not be looked after; it is tried again in a minute", error);
            }
        }
    }

    /// <summary>Adds a key to the ring; what is written from now on is sealed under it.</summary>
    /// <exception cref="InvalidOperationException">The ring is full.</exception>
    public async ValueTask RotateAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var stored = await seal.LoadKeyringAsync(rootKey, cancellation);
            using var before = stored.Ring;
            var rotated = before.Rotate(options.Random, options.Clock);
            if (await seal.StoreKeyringAsync(rootKey, rotated, stored.Version, cancellation))
            {
                var term = rotated.ActiveTerm;
                cipher.Adopt(rotated);
                options.OnEvent(new LogLine(LogLevel.Info, "the keyring has a new key").With("term", $"{term}"));
                return;
            }

            rotated.Dispose();
        }
    }

    /// <summary>Stores how often each key has been used, so that the count goes on after a restart.</summary>
    public async ValueTask StoreCountsAsync(CancellationToken cancellation)
    {
        var stored = await seal.LoadKeyringAsync(rootKey, cancellation);
        cipher.Adopt(stored.Ring);
        using var ring = cipher.ShareRing();

        // Another node may have stored its own meanwhile: then these are for the next look.
        if (await seal.StoreKeyringAsync(rootKey, ring, stored.Version, cancellation))
        {
            _counted = ring.ActiveEncryptions;
        }
    }

    private async ValueTask LookAsync(CancellationToken cancellation)
    {
        var settings = await transactions.Begin().GetAsync(RotationSettings.StorageKey, KernelJson.Default.RotationSettings, cancellation) ?? new RotationSettings();
        using var ring = cipher.ShareRing();
        if (!settings.Disabled && ring.NeedsRotation(settings.Limits, options.Clock))
        {
            await RotateAsync(cancellation);
        }
        else if (_counted < 0)
        {
            _counted = ring.ActiveEncryptions;
        }
        else if (ring.ActiveEncryptions - _counted >= UncountedMax)
        {
            await StoreCountsAsync(cancellation);
        }
    }
}
