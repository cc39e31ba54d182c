using Coffer.Barrier;
using Coffer.Kernel.Background;

using Coffer.Kernel.Transactions;
using Coffer.Sdk.Primitives;
using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.Seal;

/// <summary>Looks after the keyring of an unsealed server: keeps the counts of its keys in the store, and adds a key before the active one has sealed too much.</summary>
/// <param name="rootKey">Stays the owner's.</param>
/// <param name="cipher">Is given each ring that is stored.</param>
public sealed class KeyringRotation(SealStore seal, SecretBytes rootKey, EntryCipher cipher, Transactor transactions, IRandom random, TimeProvider clock, ILogger log) : IBackgroundWork
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

    string IBackgroundWork.Name => "upkeep of the keyring";

    DueSignal IBackgroundWork.Due { get; } = new();

    bool IBackgroundWork.WaitsForRelease => false;

    TimeSpan IBackgroundWork.RetryAfter => LookEvery;

    async ValueTask<DateTimeOffset> IBackgroundWork.StepAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        await LookAsync(cancellation);
        return now + LookEvery;
    }

    /// <summary>Adds a key to the ring; what is written from now on is sealed under it.</summary>
    /// <exception cref="InvalidOperationException">The ring is full.</exception>
    public async ValueTask RotateAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var stored = await seal.LoadKeyringAsync(rootKey, cancellation);
            using var before = stored.Ring;
            var rotated = before.Rotate(random, clock);
            if (await seal.StoreKeyringAsync(rootKey, rotated, stored.Version, cancellation))
            {
                var term = rotated.ActiveTerm;
                cipher.Adopt(rotated);
                SealLog.NewKey(log, term);
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

        // Where another node has stored its own first, the next look stores these.
        if (await seal.StoreKeyringAsync(rootKey, ring, stored.Version, cancellation))
        {
            _counted = ring.ActiveEncryptions;
        }
    }

    private async ValueTask LookAsync(CancellationToken cancellation)
    {
        var settings = await transactions.Begin().GetAsync(RotationSettings.StorageKey, SealJsonContext.Default.RotationSettings, cancellation) ?? new RotationSettings();
        using var ring = cipher.ShareRing();
        if (!settings.Disabled && ring.NeedsRotation(settings.Limits, clock))
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
