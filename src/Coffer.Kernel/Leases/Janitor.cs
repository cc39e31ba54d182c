using Coffer.Kernel.Logging;
using Coffer.Kernel.Tokens;
using Coffer.Kernel.Transactions;
using Coffer.Storage;

namespace Coffer.Kernel.Leases;

/// <summary>
/// Ends what is due: reads the front of the due index and sorts it by mount (<see cref="RevocationLanes"/>), so neither memory nor start-up grows with the
/// number of leases, and no mount waits for another.
/// </summary>
public sealed class Janitor(
    Transactor transactions, LeaseRevoker revoker, RevocationLanes lanes, DueSignal queue, TimeProvider clock, Action<LogLine> onEvent, Action<Exception> onFailure)
{
    private static readonly TimeSpan RetryAfterFailure = TimeSpan.FromSeconds(1);

    /// <summary>What fails for a reason of its own, such as an entry that cannot be read, is left alone this long and keeps nobody else waiting.</summary>
    private static readonly TimeSpan SetAside = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How often all that is due is read, instead of what has become due since the last look: entries for which there was no room stand in front, as many as a
    /// mount that hangs lets gather.
    /// </summary>
    private static readonly TimeSpan ReadAllEvery = TimeSpan.FromMinutes(1);

    private readonly DateTimeOffset _started = clock.GetUtcNow();
    private readonly LateReport _report = new(lanes, clock, onEvent);
    private DateTimeOffset _readAll = DateTimeOffset.MinValue;
    private DateTimeOffset _readUntil = DateTimeOffset.MinValue;
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _hasRoom;
    private int _atWork = 1;

    /// <summary>Works until cancelled, and returns when nothing that it began goes on.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        await RetryAsync(() => TakeUpAsync(cancellation), cancellation);
        while (!cancellation.IsCancellationRequested)
        {
            await RetryAsync(() => PassAsync(cancellation), cancellation);
        }

        NoteEnd();
        await _idle.Task;
    }

    /// <summary>Work that a stopped process left half-way is taken up at once instead of when its time to be taken up comes.</summary>
    private async Task TakeUpAsync(CancellationToken cancellation)
    {
        var soon = _started + LeaseRevoker.TakeUpAfter;
        string? after = null;
        while (true)
        {
            var keys = await transactions.Begin().ScanAsync(DueKeys.All, after, Limits.LeasesPerPass, cancellation);
            foreach (var key in keys)
            {
                var (time, isToken, name) = DueKeys.Parse(key);
                if (time > soon)
                {
                    return;
                }

                try
                {
                    if (await IsHalfDoneAsync(isToken, name, cancellation))
                    {
                        await TakeAsync(key, cancellation);
                    }
                }
                catch (Exception error) when (IsOfOneEntry(error))
                {
                    onFailure(error);
                }
            }

            if (keys.Count < Limits.LeasesPerPass)
            {
                return;
            }

            after = keys[^1];
        }
    }

    private async Task PassAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var earliest = queue.TakeEarliest();
        var from = earliest < _readUntil ? earliest : _readUntil;
        if (_hasRoom || now - _readAll >= ReadAllEvery || now < _readUntil)
        {
            (_hasRoom, _readAll, from) = (false, now, DateTimeOffset.MinValue);
        }

        // Until this has gone well, the next look is at everything.
        _readUntil = DateTimeOffset.MinValue;
        var next = await ReadAsync(from == DateTimeOffset.MinValue ? null : DueKeys.Before(from), cancellation);
        _readUntil = now;
        _report.Tell();
        if (lanes.NextLate() is { } late && late < next)
        {
            next = late;
        }

        await queue.WaitAsync(next, clock, cancellation);
    }

    /// <summary>Takes what is due into its lanes.</summary>
    /// <returns>When the next entry is due.</returns>
    private async Task<DateTimeOffset> ReadAsync(string? after, CancellationToken cancellation)
    {
        while (true)
        {
            var keys = await transactions.Begin().ScanAsync(DueKeys.All, after, Limits.LeasesPerPass, cancellation);
            foreach (var key in keys)
            {
                var (time, _, _) = DueKeys.Parse(key);
                if (time > clock.GetUtcNow())
                {
                    return time;
                }

                await TakeAsync(key, cancellation);
            }

            if (keys.Count < Limits.LeasesPerPass)
            {
                return DateTimeOffset.MaxValue;
            }

            after = keys[^1];
        }
    }

    private async ValueTask TakeAsync(string key, CancellationToken cancellation)
    {
        if (lanes.Knows(key))
        {
            return;
        }

        var (time, isToken, name) = DueKeys.Parse(key);
        var entry = new DueEntry(key, time, isToken, name, isToken ? RevocationLanes.OfTokens : await LaneOfAsync(name, cancellation));
        if (lanes.Take(entry))
        {
            Begin(entry, cancellation);
        }
    }

    private async ValueTask<string> LaneOfAsync(string id, CancellationToken cancellation)
    {
        try
        {
            return await LeaseStore.GetAsync(transactions.Begin(), id, cancellation) is { MountUuid: { } mount } ? mount : RevocationLanes.OfTokens;
        }
        catch (Exception error) when (IsOfOneEntry(error))
        {
            // Ending it meets the same failure, and says so.
            return RevocationLanes.OfTokens;
        }
    }

    private void Begin(DueEntry entry, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _atWork);
        _ = EndCountedAsync(entry, cancellation);
    }

    private async Task EndCountedAsync(DueEntry entry, CancellationToken cancellation)
    {
        try
        {
            await EndAsync(entry, cancellation);
        }
        finally
        {
            NoteEnd();
        }
    }

    private void NoteEnd()
    {
        if (Interlocked.Decrement(ref _atWork) == 0)
        {
            _idle.TrySetResult();
        }
    }

    private async Task EndAsync(DueEntry entry, CancellationToken cancellation)
    {
        try
        {
            await Task.Yield();
            if (entry.IsToken)
            {
                if (!await revoker.RevokeDueTokenAsync(entry.Name, entry.Due, cancellation))
                {
                    await ForgetAsync(entry.Key, cancellation);
                }
            }
            else
            {
                await revoker.RevokeDueAsync(entry.Name, entry.Due, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Sealed in the middle: the due index still names it.
            return;
        }
        catch (Exception error) when (IsOfOneEntry(error))
        {
            onFailure(error);
            _ = ReleaseLaterAsync(entry, cancellation);
            return;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // The place in the lane waits as well, or what is due would be tried as fast as it fails.
            onFailure(error);
            await Task.Delay(RetryAfterFailure, clock, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Release(entry, isSetAside: false, cancellation);
            queue.Add(entry.Due);
            return;
        }

        Release(entry, isSetAside: false, cancellation);
    }

    private async Task ReleaseLaterAsync(DueEntry entry, CancellationToken cancellation)
    {
        Release(entry, isSetAside: true, cancellation);
        await Task.Delay(SetAside, clock, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lanes.Forget(entry.Key);
        queue.Add(entry.Due);
    }

    private void Release(DueEntry entry, bool isSetAside, CancellationToken cancellation)
    {
        var (next, hasRoom) = lanes.End(entry, isSetAside);
        if (cancellation.IsCancellationRequested)
        {
            return;
        }

        if (next is not null)
        {
            Begin(next, cancellation);
        }

        if (hasRoom)
        {
            _hasRoom = true;
            queue.Add(clock.GetUtcNow());
        }
    }

    /// <summary>True for a failure that says nothing about the store as a whole.</summary>
    internal static bool IsOfOneEntry(Exception error) =>
        error is not (StoreUnavailableException or ConflictException or OperationCanceledException or OutOfMemoryException);

    private async Task<bool> IsHalfDoneAsync(bool isToken, string name, CancellationToken cancellation)
    {
        var work = transactions.Begin();
        if (isToken)
        {
            return await TokenStore.GetAnyAsync(work, name, cancellation) is { Revoking: true };
        }

        // What is being created since then is this process's own, and not half-done but under way.
        return await LeaseStore.GetAsync(work, name, cancellation) is { } lease
            && (lease.State == LeaseState.Revoking || (lease.State == LeaseState.Creating && lease.IssueTime < _started));
    }

    private async Task ForgetAsync(string key, CancellationToken cancellation) =>
        await transactions.RunAsync(
            work =>
            {
                work.Delete(key);
                return ValueTask.CompletedTask;
            },
            cancellation);

    private async Task RetryAsync(Func<Task> step, CancellationToken cancellation)
    {
        try
        {
            await step();
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // Whatever it is: without the janitor nothing would end any more.
            onFailure(error);
            await Task.Delay(RetryAfterFailure, clock, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
