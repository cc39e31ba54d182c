using System.Collections.Immutable;
using Coffer.Barrier;

using Coffer.Kernel.Transactions;
using Coffer.Sdk.Primitives;
using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.Seal;

/// <summary>How far the making of new key shares has come.</summary>
public sealed record RekeyStatus
{
    public string Nonce { get; init; } = "";

    public bool Started { get; init; }

    /// <summary>Of the new shares.</summary>
    public int Threshold { get; init; }

    /// <summary>Of the new shares.</summary>
    public int Shares { get; init; }

    public int Progress { get; init; }

    /// <summary>Old shares needed.</summary>
    public int Required { get; init; }

    public bool VerificationRequired { get; init; }

    /// <summary>Empty until the new shares wait to be verified.</summary>
    public string VerificationNonce { get; init; } = "";

    /// <summary>Of the keys that the new shares are encrypted to, in the order of the shares; empty: they are not.</summary>
    public ImmutableArray<string> PgpFingerprints { get; init; } = [];

    /// <summary>Whether the encrypted shares are kept until somebody deletes them.</summary>
    public bool Backup { get; init; }

    /// <summary>The new shares, or OpenPGP messages with them; shown once.</summary>
    public ImmutableArray<byte[]> NewShares { get; init; } = [];

    /// <summary>True in the one answer that ends the operation, or its first part.</summary>
    public bool Complete { get; init; }
}

/// <summary>How far the verification of new key shares has come.</summary>
public sealed record RekeyVerification(string Nonce, int Threshold, int Shares, int Progress, bool Complete);

/// <summary>
/// Replaces key shares when enough holders of the old ones agree. Re-encrypts nothing: only the slot is replaced. With verification, the old
/// shares stay in force until enough new ones were shown. Held in memory alone, so that sealing ends it and leaves the old shares.
/// </summary>
public sealed class Rekeying(KeySlots slots, Transactor transactions, IRandom random, ILogger log) : IDisposable
{

    private readonly AsyncLock _turn = new();
    private Attempt? _attempt;

    /// <summary>How far it has come.</summary>
    /// <exception cref="KeyShareException">The store has no key shares.</exception>
    public ValueTask<RekeyStatus> StatusAsync(CancellationToken cancellation) => _turn.RunAsync(
        async () => _attempt?.Status ?? new RekeyStatus { Required = (await slots.ShamirAsync(cancellation))?.Threshold ?? throw RootGeneration.NoShares() }, cancellation);

    /// <summary>Begins.</summary>
    /// <exception cref="KeyShareException">It has begun already, or a key cannot be split so.</exception>
    /// <param name="holders">Who the new shares are encrypted for, one a share; empty: they are shown as they are.</param>
    /// <param name="backup">Whether the encrypted shares are kept as well.</param>
    public ValueTask<RekeyStatus> StartAsync(
        long shares, long threshold, bool verify, IReadOnlyList<PgpRecipient> holders, bool backup, CancellationToken cancellation) => _turn.RunAsync(
        async () =>
        {
            var problem = UnsealKeyShares.RangeProblem(shares, threshold) is { } outOfRange ? outOfRange
                : threshold > shares ? "provided threshold greater than the total shares"
                : UnsealKeyShares.Problem((int)shares, (int)threshold);
            if (problem is not null)
            {
                throw new KeyShareException(problem);
            }

            if (_attempt is not null)
            {
                throw new KeyShareException("rekey already in progress");
            }

            var old = await slots.ShamirAsync(cancellation) ?? throw RootGeneration.NoShares();
            _attempt = new Attempt(old, (int)shares, (int)threshold, verify, new ShareRound(ShareWords.Rekey, old, random)) { Holders = holders, Backup = backup };
            return _attempt.Status;
        },
        cancellation);

    /// <summary>Takes an old share; the last one needed makes the new shares.</summary>
    /// <exception cref="KeyShareException">Nothing has begun, or the share is not taken.</exception>
    public ValueTask<RekeyStatus> GiveAsync(string key, string nonce, CancellationToken cancellation) => _turn.RunAsync(
        async () =>
        {
            if (_attempt is not { } attempt)
            {
                throw new KeyShareException("no barrier rekey in progress");
            }

            if (attempt.Verifying is { } verifying)
            {
                throw new KeyShareException(
                    $"rekey operation already finished; verification must be performed; nonce for the verification operation is \"{verifying.Nonce}\"");
            }

            switch (attempt.Agreement.Give(key, nonce))
            {
                case ShareAnswer.Refused refused:
                    throw new KeyShareException(refused.Reason);
                case ShareAnswer.Wrong:
                    throw new KeyShareException("the key shares do not open the key slot: at least one of them is wrong, and all were forgotten. The rekey has not ended: give every share again, or cancel it");
                case ShareAnswer.Agreed:
                    return await MakeAsync(attempt, cancellation);
                default:
                    return attempt.Status;
            }
        },
        cancellation);

    /// <summary>Forgets what has begun; the old shares stay. Fine at any time.</summary>
    public async ValueTask CancelAsync(CancellationToken cancellation) => await _turn.RunAsync(
        () =>
        {
            End();
            return ValueTask.FromResult(true);
        },
        cancellation);

    /// <summary>How far the verification has come.</summary>
    /// <exception cref="KeyShareException">There is nothing to verify.</exception>
    public ValueTask<RekeyVerification> VerificationAsync(CancellationToken cancellation) =>
        _turn.RunAsync(() => ValueTask.FromResult(MustVerify().Verification), cancellation);

    /// <summary>Takes a new share; the last one needed puts the new shares in force.</summary>
    /// <exception cref="KeyShareException">There is nothing to verify, or the share is not taken.</exception>
    public ValueTask<RekeyVerification> VerifyAsync(string key, string nonce, CancellationToken cancellation) => _turn.RunAsync(
        async () =>
        {
            var attempt = MustVerify();
            switch (attempt.Verifying!.Give(key, nonce))
            {
                case ShareAnswer.Refused refused:
                    throw new KeyShareException(refused.Reason);
                case ShareAnswer.Wrong:
                    attempt.BeginVerification(random);
                    throw new KeyShareException("rekey verification failed; incorrect key shares supplied");
                case ShareAnswer.Agreed:
                    await slots.ReplaceAsync(attempt.Old, attempt.Prepared!, cancellation);
                    SealLog.NewShares(log);
                    var done = attempt.Verification with { Complete = true };
                    End();
                    return done;
                default:
                    return attempt.Verification;
            }
        },
        cancellation);

    /// <summary>Starts the verification again, under another nonce.</summary>
    /// <exception cref="KeyShareException">There is nothing to verify.</exception>
    public ValueTask<RekeyVerification> RestartVerificationAsync(CancellationToken cancellation) => _turn.RunAsync(
        () =>
        {
            var attempt = MustVerify();
            attempt.BeginVerification(random);
            return ValueTask.FromResult(attempt.Verification);
        },
        cancellation);

    public void Dispose()
    {
        End();
        _turn.Dispose();
    }

    private async ValueTask<RekeyStatus> MakeAsync(Attempt attempt, CancellationToken cancellation)
    {
        var prepared = slots.PrepareShamir(attempt.Shares, attempt.Threshold);
        var shares = PgpShares.For(prepared.Shares(random), attempt.Holders, random);
        if (attempt.Backup)
        {
            // Before the new shares are in force: they must not be lost by the way.
            var backup = RekeyBackup.Of(attempt.Agreement.Nonce, attempt.Holders, shares);
            await transactions.RunAsync(
                work =>
                {
                    backup.Write(work);
                    return ValueTask.CompletedTask;
                },
                cancellation);
        }

        if (attempt.Verify)
        {
            attempt.Prepared = prepared;
            attempt.BeginVerification(random);
            return attempt.Status with { NewShares = shares, Complete = true };
        }

        using (prepared)
        {
            await slots.ReplaceAsync(attempt.Old, prepared, cancellation);
            SealLog.NewShares(log);
        }

        var done = attempt.Status with { NewShares = shares, Complete = true };
        End();
        return done;
    }

    private Attempt MustVerify() => _attempt switch
    {
        null => throw new KeyShareException("no rekey configuration found"),
        { Verifying: null } => throw new KeyShareException("no rekey verification in progress"),
        var attempt => attempt,
    };

    private void End()
    {
        _attempt?.Dispose();
        _attempt = null;
    }

    /// <summary>One rekey from its start to its end.</summary>
    private sealed record Attempt(KeySlot Old, int Shares, int Threshold, bool Verify, ShareRound Agreement) : IDisposable
    {
        public IReadOnlyList<PgpRecipient> Holders { get; init; } = [];

        public bool Backup { get; init; }

        public PreparedSlot? Prepared { get; set; }

        public ShareRound? Verifying { get; private set; }

        public RekeyStatus Status => new()
        {
            Nonce = Agreement.Nonce,
            Started = true,
            Threshold = Threshold,
            Shares = Shares,
            Progress = Agreement.Progress,
            Required = Agreement.Required,
            VerificationRequired = Verify,
            VerificationNonce = Verifying?.Nonce ?? "",
            PgpFingerprints = [.. Holders.Select(holder => holder.Fingerprint)],
            Backup = Backup,
        };

        public RekeyVerification Verification => new(Verifying!.Nonce, Threshold, Shares, Verifying.Progress, Complete: false);

        public void BeginVerification(Sdk.Primitives.IRandom random)
        {
            Verifying?.Dispose();
            Verifying = new ShareRound(ShareWords.Verification, Prepared!.Slot, random);
        }

        public void Dispose()
        {
            Agreement.Dispose();
            Verifying?.Dispose();
            Prepared?.Dispose();
        }
    }
}
