using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Coffer.Kernel.Background;
using Coffer.Kernel.EngineStorage;
using Coffer.Kernel.Leases;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Requests;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Leases;
using Coffer.Sdk.Primitives;
using Coffer.Sdk.Replies;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coffer.Kernel.Revocation;

/// <summary>How an attempt to end a lease came out.</summary>
/// <param name="Error">Why the lease is still there; null when it is gone.</param>
public readonly record struct RevokeOutcome(string? Error)
{
    /// <summary>What there was is removed. The record stays, because a call of the creation may still be carried out.</summary>
    public bool IsWatched { get; init; }

    /// <summary>Nothing is left to do for the one who asked.</summary>
    public bool IsDone => IsGone || IsWatched;

    public static RevokeOutcome Gone { get; }

    /// <summary>Its time has changed since it was seen to be due, so it stays.</summary>
    public static RevokeOutcome NotDue { get; } = new("the lease is not due");

    public bool IsGone => Error is null;
}

/// <summary>Ends leases and tokens, in steps that can each be repeated: whatever dies in between, the due index still names what is left to do.</summary>
/// <param name="revocations">Times the calls of engines, with how they came out.</param>
/// <param name="late">How long a call that got no answer is reckoned with.</param>
/// <param name="stop">Cancelled at seal: calls of engines end then, those that a request waits for as well.</param>
public sealed partial class LeaseRevoker(
    Transactor transactions, RouterFactory routers, TimeProvider clock, IRandom random, DueSignal due, Histogram<double> revocations, LateCalls late, CancellationToken stop)
{
    /// <summary>What waits for an operator is still tried by itself this often: causes go away.</summary>
    private static readonly TimeSpan AttentionRetry = TimeSpan.FromHours(1);

    private static readonly TimeSpan RetryMin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryMax = TimeSpan.FromMinutes(10);
    private const int AttemptsMax = 6;

    /// <summary>Called with revocations that fail.</summary>
    public ILogger Log { get; init; } = NullLogger.Instance;

    private readonly ConcurrentDictionary<string, Task<RevokeOutcome?>> _running = new(StringComparer.Ordinal);

    /// <summary>Ends a lease of a secret: marks it, removes the secret, forgets the lease. Callers at the same time share one attempt.</summary>
    /// <param name="force">Not null: forgets the lease even where the secret cannot be removed, and leaves a tombstone that says this.</param>
    public ValueTask<RevokeOutcome> RevokeAsync(string id, ForceRevoke? force, CancellationToken cancellation) =>
        RevokeAsync(id, force, seenDue: null, cancellation);

    /// <summary>
    /// As the other, for a lease that was seen to be due. One whose time has changed since is left alone: it was renewed and keeps the longer life it was
    /// promised, or another attempt has failed and has said when the next one comes.
    /// </summary>
    /// <param name="seenDue">When it was seen to be due.</param>
    public ValueTask<RevokeOutcome> RevokeDueAsync(string id, DateTimeOffset seenDue, CancellationToken cancellation) =>
        RevokeAsync(id, force: null, seenDue, cancellation);

    /// <summary>Ends what was made for an answer that did not reach anybody. The janitor takes the secret away.</summary>
    public async ValueTask EndUndeliveredAsync(Entrusted made, CancellationToken cancellation)
    {
        foreach (var accessor in new[] { made.WrapAccessor, made.TokenAccessor }.Where(accessor => accessor.Length > 0))
        {
            await RevokeTokenAsync(accessor, cancellation);
        }

        if (made.LeaseId.Length == 0)
        {
            return;
        }

        var now = clock.GetUtcNow();
        await transactions.RunAsync(
            async work =>
            {
                if (await LeaseStore.GetAsync(work, made.LeaseId, cancellation) is { State: LeaseState.Active } lease)
                {
                    LeaseStore.Put(work, lease, lease with { ExpireTime = now, Due = now });
                }
            },
            cancellation);
        due.Add(now);
    }

    private async ValueTask<RevokeOutcome> RevokeAsync(string id, ForceRevoke? force, DateTimeOffset? seenDue, CancellationToken cancellation)
    {
        while (true)
        {
            var mine = new TaskCompletionSource<RevokeOutcome?>(TaskCreationOptions.RunContinuationsAsynchronously);
            var outcomeOfMine = OutcomeAsync(mine);
            var task = _running.GetOrAdd(id, outcomeOfMine);
            if (task != outcomeOfMine)
            {
                var shared = await task.WaitAsync(cancellation);
                if (shared is { } known && (known.IsGone || (known != RevokeOutcome.NotDue && force is null)))
                {
                    return known;
                }

                // The other attempt let it be, or broke off for a reason of its own; this one must see for itself.
                continue;
            }

            RevokeOutcome? outcome = null;
            try
            {
                outcome = await AttemptAsync(id, force, seenDue, cancellation);
                return outcome.Value;
            }
            finally
            {
                _running.TryRemove(id, out _);
                mine.SetResult(outcome);
            }
        }
    }

    /// <summary>Ends in the context in which it began, so that a test which counts what runs there misses nothing.</summary>
    private static async Task<RevokeOutcome?> OutcomeAsync(TaskCompletionSource<RevokeOutcome?> attempt) => await attempt.Task;

    private async ValueTask<RevokeOutcome> AttemptAsync(string id, ForceRevoke? force, DateTimeOffset? seenDue, CancellationToken cancellation)
    {
        while (true)
        {
            var (lease, begun) = await BeginAsync(id, seenDue, cancellation);
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

            string leftBehind;
            try
            {
                // A secret in the store goes with its record; one outside goes first.
                var removal = await RemoveTimedAsync(lease, cancellation);
                if (await ForgetAsync(lease, force, leftBehind: null, removal, cancellation) is { } gone)
                {
                    return gone;
                }

                continue;
            }
            catch (EngineException error) when (force is null)
            {
                await NoteFailureAsync(id, error, cancellation);
                return new RevokeOutcome(error.Message);
            }
            catch (EngineException error)
            {
                leftBehind = error.Message;
            }

            if (await ForgetAsync(lease, force, leftBehind, removal: null, cancellation) is { } outcome)
            {
                return outcome;
            }
        }
    }

    /// <summary>Removes the record of a lease whose secret is gone; keeps it while a call may still make the secret.</summary>
    /// <param name="removal">Takes a secret of the store away in the same commit; null where nothing is left to take.</param>
    /// <returns>Null when the lease was changed during the call to the engine, so that it has to be looked at once more.</returns>
    private async ValueTask<RevokeOutcome?> ForgetAsync(
        LeaseRecord lease, ForceRevoke? force, string? leftBehind, Func<UnitOfWork, ValueTask>? removal, CancellationToken cancellation)
    {
        var next = DateTimeOffset.MaxValue;
        var outcome = await transactions.RunAsync<RevokeOutcome?>(
            async work =>
            {
                if (await LeaseStore.GetAsync(work, lease.Id, cancellation) is not { } current)
                {
                    return RevokeOutcome.Gone;
                }

                var now = clock.GetUtcNow();
                var mayCome = current.UnsettledUntil > now ? current.UnsettledUntil : null;
                if (force is null)
                {
                    if (current.Due != lease.Due)
                    {
                        return null;
                    }

                    if (mayCome is { } until)
                    {
                        next = late.NextLook(until, now);
                        LeaseStore.Put(work, current, current with { Due = next, LastError = StillComing(until) });
                        return new RevokeOutcome(StillComing(until)) { IsWatched = true };
                    }
                }
                else if ((leftBehind ?? (mayCome is { } end ? StillComing(end) : null)) is { } left)
                {
                    await TombstoneStore.AddAsync(work, current, force, left, clock.GetUtcNow(), random, cancellation);
                }

                if (removal is not null)
                {
                    await removal(work);
                }

                LeaseStore.Remove(work, current);
                return RevokeOutcome.Gone;
            },
            cancellation);
        due.Add(next);
        return outcome;
    }

    private static string StillComing(DateTimeOffset until) =>
        $"making the secret was cut off, and a call that got no answer may still be carried out: it is looked for again until {Rfc3339.Format(until)}";

    private async ValueTask<(LeaseRecord? Lease, bool Begun)> BeginAsync(string id, DateTimeOffset? seenDue, CancellationToken cancellation) =>
        await transactions.RunAsync<(LeaseRecord?, bool)>(
            async work =>
            {
                var lease = await LeaseStore.GetAsync(work, id, cancellation);
                if (lease is null || lease.IsToken)
                {
                    return (lease, true);
                }

                var now = clock.GetUtcNow();
                if (seenDue is not null && lease.Due != seenDue)
                {
                    return (lease, false);
                }

                // Keep ExpireTime: if revocation fails the secret still works, and look-ups must show that.
                var revoking = lease with
                {
                    State = LeaseState.Revoking,
                    Due = now + DueKeys.TakeUpAfter,
                    UnsettledUntil = lease.State == LeaseState.Creating ? now + late.Life : lease.UnsettledUntil,
                };
                LeaseStore.Put(work, lease, revoking);
                return (revoking, true);
            },
            cancellation);

    /// <summary>As <see cref="RemoveSecretAsync"/>, and counts and times it.</summary>
    private async ValueTask<Func<UnitOfWork, ValueTask>?> RemoveTimedAsync(LeaseRecord lease, CancellationToken cancellation)
    {
        var begin = clock.GetTimestamp();
        var outcome = "cut_off";
        try
        {
            var removal = await RemoveSecretAsync(lease, cancellation);
            outcome = "removed";
            return removal;
        }
        catch (EngineException error)
        {
            outcome = OutcomeOf(error.Failure);
            throw;
        }
        finally
        {
            revocations.Record(clock.GetElapsedTime(begin).TotalSeconds, new KeyValuePair<string, object?>("outcome", outcome));
        }
    }

    /// <summary>As the metrics name it.</summary>
    private static string OutcomeOf(FailureClass failure) => failure switch
    {
        FailureClass.Transient => "transient",
        FailureClass.Throttled => "throttled",
        FailureClass.NeedsOperator => "needs_operator",
        _ => "invalid",
    };

    /// <summary>Takes away a secret that is outside, now.</summary>
    /// <returns>What takes away a secret that is in the store, in the commit that forgets the lease; null for one outside, which is gone.</returns>
    private async ValueTask<Func<UnitOfWork, ValueTask>?> RemoveSecretAsync(LeaseRecord lease, CancellationToken cancellation)
    {
        var work = transactions.Begin();
        var table = await work.GetAsync(MountTable.StorageKey, MountsJsonContext.Default.MountTable, cancellation);
        var mounted = table is null ? null : routers.For(table).FindByUuid(lease.MountUuid);
        var secret = mounted?.SecretOf(lease.Secret)
            ?? throw new EngineException(
                FailureClass.NeedsOperator,
                $"lease {lease.Id} belongs to a mount or a kind of secret that is not here any more; remove the secret by hand, then use revoke-force");
        var context = new SecretContext(lease.Id, mounted.View, new LatestReader(transactions, mounted.Mount.Uuid), lease.IssueTime, clock.GetUtcNow());
        if (secret is IStoredSecret stored)
        {
            return async inCommit =>
            {
                using var within = EnterOrRetry(mounted);
                await stored.RevokeAsync(context, new StorageView(inCommit, mounted.Mount.Uuid), lease.ToPlan(), cancellation);
            };
        }

        using var use = EnterOrRetry(mounted);
        await CallEngineAsync((IDynamicSecret)secret, context, lease.ToPlan(), cancellation);
        return null;
    }

    private static EngineInstance.Use EnterOrRetry(MountedEngine mounted) =>
        mounted.Instance.TryEnter(out var use) ? use : throw new EngineException(FailureClass.Transient, "the mount has changed in this moment; it is tried again");

    private async ValueTask CallEngineAsync(IDynamicSecret secret, SecretContext context, LeasePlan plan, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(Limits.RevocationTimeMax, clock);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation, stop);
        try
        {
            await secret.RevokeAsync(context, plan, ends.Token);
        }
        catch (OperationCanceledException error) when (limit.IsCancellationRequested && !cancellation.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            throw new EngineException(FailureClass.Transient, $"the outside system did not answer within {Limits.RevocationTimeMax.TotalSeconds} s", error);
        }
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
                    AttentionSince = lease.AttentionSince ?? (attention || IsLate(lease, now) ? now : null),
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

    /// <summary>
    /// Its end is some time ago. What is only looked for, in case a call makes it late, is not late itself: nothing is known to be there.
    /// </summary>
    private static bool IsLate(LeaseRecord lease, DateTimeOffset now) =>
        now - lease.ExpireTime >= RevocationLanes.ListedAfter && !(lease.UnsettledUntil > now);

    /// <summary>Neither the lease's path nor the outside system's words go into the log: both stand in the lease, for who may look.</summary>
    private void Report(LeaseRecord lease, FailureClass failure)
    {
        var needsAttention = lease.State == LeaseState.NeedsAttention;
        var level = needsAttention ? LogLevel.Error : LogLevel.Warning;
        if (Log.IsEnabled(level))
        {
            var state = needsAttention ? "needs attention: see the lease's last error" : "it is tried again";
            RevocationLog.NotRevoked(Log, level, state, lease.Id[(lease.Id.LastIndexOf('/') + 1)..], lease.MountUuid, failure, lease.Attempts);
        }
    }

    /// <summary>Doubles with each counted attempt; spread by the lease's own id, so that what failed together does not come back together.</summary>
    private static TimeSpan Backoff(LeaseRecord lease, int attempts)
    {
        var wait = RetryMin * Math.Pow(2, Math.Min(attempts, 10));
        var spread = 0.75 + lease.Id.Aggregate(0, (sum, letter) => ((31 * sum) + letter) & 0xFF) / 512.0;
        return (wait < RetryMax ? wait : RetryMax) * spread;
    }
}
