using System.Collections.Concurrent;
using Coffer.Kernel.Logging;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Telemetry;
using Coffer.Kernel.Tokens;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Leases;
using Coffer.Sdk.Primitives;

namespace Coffer.Kernel.Leases;

/// <summary>How an attempt to end a lease came out.</summary>
/// <param name="Error">For whoever asked; null when it is gone.</param>
public readonly record struct RevokeOutcome(string? Error)
{
    public static RevokeOutcome Gone { get; }

    /// <summary>It was renewed since it was seen to be due, and stays.</summary>
    public static RevokeOutcome NotDue { get; } = new("the lease is not due");

    public bool IsGone => Error is null;
}

/// <summary>Ends leases and tokens, in steps that can each be repeated: whatever dies in between, the due index still names what is left to do.</summary>
/// <param name="revocations">Counts and times the calls of engines.</param>
public sealed class LeaseRevoker(Transactor transactions, RouterFactory routers, TimeProvider clock, IRandom random, DueSignal due, Counter revocations)
{
    /// <summary>A revocation that dies with its process is taken up again after this long.</summary>
    public static readonly TimeSpan TakeUpAfter = TimeSpan.FromMinutes(2);

    /// <summary>How long an outside system may take to carry out a call whose caller is dead or has given up.</summary>
    public static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(30);

    /// <summary>What waits for an operator is still tried by itself this often: causes go away.</summary>
    private static readonly TimeSpan AttentionRetry = TimeSpan.FromHours(1);

    private static readonly TimeSpan RetryMin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryMax = TimeSpan.FromMinutes(10);
    private const int AttemptsMax = 6;

    /// <summary>Told of revocations that fail.</summary>
    public Action<LogLine> OnEvent { get; init; } = _ => { };

    private readonly ConcurrentDictionary<string, Task<RevokeOutcome?>> _running = new(StringComparer.Ordinal);

    /// <summary>Ends a lease of a secret: marks it, removes the secret, forgets the lease. Callers at the same time share one attempt.</summary>
    /// <param name="forgetting">Not null: forgets the lease even where the secret cannot be removed, and leaves a tombstone that says this.</param>
    public ValueTask<RevokeOutcome> RevokeAsync(string id, Forgetting? forgetting, CancellationToken cancellation) =>
        RevokeAsync(id, forgetting, onlyDue: false, cancellation);

    /// <summary>As the other, for a lease that was seen to be due. One that was renewed in between was promised a longer life, and keeps it.</summary>
    public ValueTask<RevokeOutcome> RevokeDueAsync(string id, CancellationToken cancellation) =>
        RevokeAsync(id, forgetting: null, onlyDue: true, cancellation);

    private async ValueTask<RevokeOutcome> RevokeAsync(string id, Forgetting? forgetting, bool onlyDue, CancellationToken cancellation)
    {
        while (true)
        {
            var mine = new TaskCompletionSource<RevokeOutcome?>(TaskCreationOptions.RunContinuationsAsynchronously);
            var task = _running.GetOrAdd(id, mine.Task);
            if (task != mine.Task)
            {
                var shared = await task.WaitAsync(cancellation);
                if (shared is { } known && (known.IsGone || (known == RevokeOutcome.NotDue ? onlyDue : forgetting is null)))
                {
                    return known;
                }

                // The other attempt let it be, or broke off for a reason of its own; this one must see for itself.
                continue;
            }

            RevokeOutcome? outcome = null;
            try
            {
                outcome = await AttemptAsync(id, forgetting, onlyDue, cancellation);
                return outcome.Value;
            }
            finally
            {
                _running.TryRemove(id, out _);
                mine.SetResult(outcome);
            }
        }
    }

    /// <summary>
    /// Ends a token: it opens nothing from the first step on; then its leases end, then its children, then its record goes.
    /// </summary>
    /// <returns>False when there is no such token.</returns>
    public async ValueTask<bool> RevokeTokenAsync(string accessor, CancellationToken cancellation)
    {
        if (!await MarkTokenAsync(accessor, cancellation))
        {
            return false;
        }

        await EndMarkedAsync(accessor, cancellation);
        return true;
    }

    /// <summary>As <see cref="RevokeTokenAsync"/>, for a token that was seen to be due. One that was renewed in between stays.</summary>
    /// <returns>False when there is no such token.</returns>
    public async ValueTask<bool> RevokeDueTokenAsync(string accessor, CancellationToken cancellation)
    {
        var found = false;
        var marked = await transactions.RunAsync(
            async work =>
            {
                var token = await TokenStore.GetAnyAsync(work, accessor, cancellation);
                found = token is not null;
                if (token is null || !(token.Revoking || token.Due <= clock.GetUtcNow()))
                {
                    return false;
                }

                Mark(work, token);
                return true;
            },
            cancellation);
        if (marked)
        {
            await EndMarkedAsync(accessor, cancellation);
        }

        return found;
    }

    private async ValueTask EndMarkedAsync(string accessor, CancellationToken cancellation)
    {
        // Depth first without recursion: a chain of children may be long.
        var stack = new Stack<string>([accessor]);
        while (stack.TryPeek(out var current))
        {
            var child = await FirstChildAsync(current, cancellation);
            if (child is not null)
            {
                if (await MarkTokenAsync(child, cancellation))
                {
                    stack.Push(child);
                }
                else
                {
                    await transactions.RunAsync(
                        work =>
                        {
                            work.Delete(TokenKeys.Child(current, child));
                            return ValueTask.CompletedTask;
                        },
                        cancellation);
                }

                continue;
            }

            await EndLeasesOfAsync(current, cancellation);
            await RemoveTokenAsync(current, cancellation);
            stack.Pop();
        }
    }

    /// <summary>Makes children of a token orphans, and ends the token alone.</summary>
    public async ValueTask RevokeOrphaningAsync(string accessor, CancellationToken cancellation)
    {
        if (!await MarkTokenAsync(accessor, cancellation))
        {
            return;
        }

        while (await FirstChildAsync(accessor, cancellation) is { } child)
        {
            await transactions.RunAsync(
                async work =>
                {
                    work.Delete(TokenKeys.Child(accessor, child));
                    if (await TokenStore.GetAnyAsync(work, child, cancellation) is { } record)
                    {
                        TokenStore.Put(work, record, record with { Parent = "" });
                    }
                },
                cancellation);
        }

        await EndLeasesOfAsync(accessor, cancellation);
        await RemoveTokenAsync(accessor, cancellation);
    }

    private async ValueTask<RevokeOutcome> AttemptAsync(string id, Forgetting? forgetting, bool onlyDue, CancellationToken cancellation)
    {
        var (lease, begun) = await BeginAsync(id, onlyDue, cancellation);
        if (lease is null)
        {
            return RevokeOutcome.Gone;
        }

        if (!begun)
        {
            return RevokeOutcome.NotDue;
        }

        if (lease.IsToken)
        {
            await RevokeTokenAsync(lease.TokenAccessor, cancellation);
            return RevokeOutcome.Gone;
        }

        string? leftBehind = null;
        var begin = clock.GetTimestamp();
        try
        {
            await CallEngineAsync(lease, cancellation);
        }
        catch (EngineException error) when (forgetting is null)
        {
            await NoteFailureAsync(id, error, cancellation);
            return new RevokeOutcome(error.Message);
        }
        catch (EngineException error)
        {
            leftBehind = error.Message;
        }
        finally
        {
            revocations.Add(clock.GetElapsedTime(begin));
        }

        await transactions.RunAsync(
            async work =>
            {
                if (await LeaseStore.GetAsync(work, id, cancellation) is not { } current)
                {
                    return;
                }

                LeaseStore.Remove(work, current);
                if (leftBehind is not null)
                {
                    // Not null: only a forced attempt comes here with something left behind.
                    await TombstoneStore.AddAsync(work, current, forgetting!, leftBehind, clock.GetUtcNow(), random, cancellation);
                }
            },
            cancellation);
        return RevokeOutcome.Gone;
    }

    private async ValueTask<(LeaseRecord? Lease, bool Begun)> BeginAsync(string id, bool onlyDue, CancellationToken cancellation) =>
        await transactions.RunAsync<(LeaseRecord?, bool)>(
            async work =>
            {
                var lease = await LeaseStore.GetAsync(work, id, cancellation);
                if (lease is null || lease.IsToken)
                {
                    return (lease, true);
                }

                var now = clock.GetUtcNow();
                if (onlyDue && lease.State == LeaseState.Active && lease.Due > now)
                {
                    return (lease, false);
                }

                // Its end as told stays: should revoking fail, whoever looks sees a lease whose secret still works.
                var revoking = lease with
                {
                    State = LeaseState.Revoking,
                    Due = now + TakeUpAfter,
                    UnsettledUntil = lease.State == LeaseState.Creating ? now + SettleTime : lease.UnsettledUntil,
                };
                LeaseStore.Put(work, lease, revoking);
                return (revoking, true);
            },
            cancellation);

    private async ValueTask CallEngineAsync(LeaseRecord lease, CancellationToken cancellation)
    {
        var work = transactions.Begin();
        var table = await work.GetAsync(MountTable.StorageKey, KernelJson.Default.MountTable, cancellation);
        var mounted = table is null ? null : routers.For(table).FindByUuid(lease.MountUuid);
        var secret = mounted?.SecretOf(lease.Secret)
            ?? throw new EngineException(
                FailureClass.NeedsOperator,
                $"lease {lease.Id} belongs to a mount or a kind of secret that is not here any more; remove the secret by hand, then use revoke-force");
        var now = clock.GetUtcNow();
        var context = new SecretContext(lease.Id, mounted.View, new StorageView(work, mounted.Mount.StoragePrefix), lease.IssueTime, now)
        {
            MayStillAppear = now < lease.UnsettledUntil,
        };
        await secret.RevokeAsync(context, lease.ToPlan(), cancellation);
    }

    private async ValueTask NoteFailureAsync(string id, EngineException error, CancellationToken cancellation)
    {
        LeaseRecord? noted = null;
        var next = await transactions.RunAsync(
            async work =>
            {
                var lease = await LeaseStore.GetAsync(work, id, cancellation);
                if (lease is null)
                {
                    noted = null;
                    return DateTimeOffset.MaxValue;
                }

                var counts = error.Failure is FailureClass.NeedsOperator or FailureClass.Invalid;
                var attempts = lease.Attempts + (counts ? 1 : 0);
                var attention = error.Failure == FailureClass.NeedsOperator || attempts >= AttemptsMax;
                var wait = attention ? AttentionRetry : Backoff(lease, counts ? attempts : 0);
                var now = clock.GetUtcNow();
                var failed = lease with
                {
                    State = attention ? LeaseState.NeedsAttention : LeaseState.Revoking,
                    Attempts = attempts,
                    LastError = error.Message,
                    LastFailure = error.Failure,
                    AttentionSince = lease.AttentionSince ?? (attention ? now : null),
                    Due = now + wait,
                };
                LeaseStore.Put(work, lease, failed);
                noted = failed;
                return failed.Due;
            },
            cancellation);
        due.Add(next);
        if (noted is not null)
        {
            Report(noted, error.Failure);
        }
    }

    /// <summary>Neither the lease's path nor the outside system's words go into the log: both stand in the lease, for who may look.</summary>
    private void Report(LeaseRecord lease, FailureClass failure) => OnEvent(
        new LogLine(lease.State == LeaseState.NeedsAttention ? LogLevel.Error : LogLevel.Warn, "a lease could not be revoked") { Logger = LogLine.Expiration }
            .With("state", lease.State == LeaseState.NeedsAttention ? "needs attention: see the lease's last error" : "it is tried again")
            .With("lease_ending", lease.Id[(lease.Id.LastIndexOf('/') + 1)..])
            .With("mount_uuid", lease.MountUuid)
            .With("failure", $"{failure}")
            .With("attempts", $"{lease.Attempts}"));

    /// <summary>Doubles with each counted attempt; spread by the lease's own id, so that what failed together does not come back together.</summary>
    private static TimeSpan Backoff(LeaseRecord lease, int attempts)
    {
        var wait = RetryMin * Math.Pow(2, Math.Min(attempts, 10));
        var spread = 0.75 + (string.GetHashCode(lease.Id, StringComparison.Ordinal) & 0xFF) / 512.0;
        return (wait < RetryMax ? wait : RetryMax) * spread;
    }

    private async ValueTask<bool> MarkTokenAsync(string accessor, CancellationToken cancellation) =>
        await transactions.RunAsync(
            async work =>
            {
                var token = await TokenStore.GetAnyAsync(work, accessor, cancellation);
                if (token is null)
                {
                    return false;
                }

                Mark(work, token);
                return true;
            },
            cancellation);

    private void Mark(UnitOfWork work, TokenRecord token) =>
        TokenStore.Put(work, token, token with { Revoking = true, Due = clock.GetUtcNow() + TakeUpAfter });

    private async ValueTask<string?> FirstChildAsync(string accessor, CancellationToken cancellation)
    {
        var prefix = TokenKeys.Children(accessor);
        var keys = await transactions.Begin().ScanAsync(prefix, null, 1, cancellation);
        return keys.Count == 0 ? null : keys[0][prefix.Length..];
    }

    /// <summary>Lets all leases of a token run out now; the janitor removes their secrets.</summary>
    private async ValueTask EndLeasesOfAsync(string accessor, CancellationToken cancellation)
    {
        var prefix = LeaseKeys.Owned(accessor);
        while (true)
        {
            var now = clock.GetUtcNow();
            var ended = await transactions.RunAsync(
                async work =>
                {
                    var keys = await work.ScanAsync(prefix, null, Limits.LeasesPerPass, cancellation);
                    foreach (var key in keys)
                    {
                        var lease = await LeaseStore.GetAsync(work, key[prefix.Length..], cancellation);
                        if (lease is not null)
                        {
                            LeaseStore.Put(work, lease, lease with { ExpireTime = now, Due = now, Owner = "" });
                        }

                        work.Delete(key);
                    }

                    return keys.Count;
                },
                cancellation);
            if (ended == 0)
            {
                return;
            }

            due.Add(now);
        }
    }

    private async ValueTask RemoveTokenAsync(string accessor, CancellationToken cancellation)
    {
        bool done;
        do
        {
            done = await transactions.RunAsync(
                async work =>
                {
                    var emptied = await TokenBelongings.RemoveSomeAsync(work, accessor, cancellation);
                    if (emptied && await TokenStore.GetAnyAsync(work, accessor, cancellation) is { } token)
                    {
                        TokenStore.Remove(work, token);
                    }

                    return emptied;
                },
                cancellation);
        }
        while (!done);
    }
}
