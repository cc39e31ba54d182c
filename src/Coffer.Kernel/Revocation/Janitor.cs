using Coffer.Kernel.Background;
using Coffer.Kernel.Leases;
using Coffer.Kernel.Tokens;
using Coffer.Kernel.Transactions;
using Coffer.Storage;
using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.Revocation;

/// <summary>
/// Ends what is due: reads the front of the due index and sorts it by mount (<see cref="RevocationLanes"/>), so neither memory nor start-up grows with the
/// number of leases, and no mount waits for another.
/// </summary>
public sealed class Janitor : IBackgroundWork
{
    private static readonly TimeSpan RetryAfterFailure = TimeSpan.FromSeconds(1);

    /// <summary>What fails for a reason of its own, such as an entry that cannot be read, is left alone this long and keeps nobody else waiting.</summary>
    private static readonly TimeSpan SetAside = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How often all that is due is read, instead of what has become due since the last look: entries for which there was no room stand in front, as many as a
    /// mount that hangs lets gather.
    /// </summary>
    private static readonly TimeSpan ReadAllEvery = TimeSpan.FromMinutes(1);

    private readonly Transactor _transactions;
    private readonly LeaseRevoker _revoker;
    private readonly RevocationLanes _lanes;
    private readonly DueSignal _due;
    private readonly Effects _effects;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly DateTimeOffset _started;
    private readonly LateReport _report;
    private readonly FailedEntries _failed;
    private bool _hasTakenUp;
    private DateTimeOffset _readAll = DateTimeOffset.MinValue;
    private DateTimeOffset _readUntil = DateTimeOffset.MinValue;
    private volatile bool _hasRoom;

    /// <param name="clock">The time by which things are ended.</param>
    internal Janitor(
        Transactor transactions,
        LeaseRevoker revoker,
        RevocationLanes lanes,
        DueSignal due,
        Effects effects,
        TimeProvider clock,
        ILogger log,
        ILogger expiration)
    {
        _transactions = transactions;
        _revoker = revoker;
        _lanes = lanes;
        _due = due;
        _effects = effects;
        _clock = clock;
        _log = log;
        _started = clock.GetUtcNow();
        _report = new LateReport(lanes, clock, expiration);
        _failed = new FailedEntries(clock);
    }

    string IBackgroundWork.Name => "janitor";

    DueSignal IBackgroundWork.Due => _due;

    bool IBackgroundWork.WaitsForRelease => true;

    TimeSpan IBackgroundWork.RetryAfter => RetryAfterFailure;

    async ValueTask<DateTimeOffset> IBackgroundWork.StepAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        if (!_hasTakenUp)
        {
            await TakeUpAsync(cancellation);
            _hasTakenUp = true;
        }

        foreach (var (entry, isSetAside) in _failed.TakeOver())
        {
            GiveAnotherTry(entry, isSetAside, cancellation);
        }

        // Its own clock may be behind the kernel's.
        var next = await PassAsync(cancellation);
        var wait = next - _clock.GetUtcNow();
        return now + (wait < ReadAllEvery ? wait : ReadAllEvery);
    }

    /// <summary>Work that a stopped process left half-way is taken up at once instead of when its time to be taken up comes.</summary>
    private async Task TakeUpAsync(CancellationToken cancellation)
    {
        var soon = _started + DueKeys.TakeUpAfter;
        string? after = null;
        while (true)
        {
            var keys = await _transactions.Begin().ScanAsync(DueKeys.All, after, Limits.LeasesPerPass, cancellation);
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
                    RevocationLog.DueNotEnded(_log, error);
                }
            }

            if (keys.Count < Limits.LeasesPerPass)
            {
                return;
            }

            after = keys[^1];
        }
    }

    /// <returns>When something is due next.</returns>
    private async Task<DateTimeOffset> PassAsync(CancellationToken cancellation)
    {
        var now = _clock.GetUtcNow();
        var from = _due.Earliest < _readUntil ? _due.Earliest : _readUntil;
        if (_hasRoom || now - _readAll >= ReadAllEvery || now < _readUntil)
        {
            (_hasRoom, _readAll, from) = (false, now, DateTimeOffset.MinValue);
        }

        // Until this has gone well, the next look is at everything.
        _readUntil = DateTimeOffset.MinValue;
        var next = await ReadAsync(from == DateTimeOffset.MinValue ? null : DueKeys.Before(from), cancellation);
        _readUntil = now;
        _report.Tell();
        DateTimeOffset?[] others = [_lanes.NextLate(), _failed.NextEnd];
        return others.Aggregate(next, (earliest, other) => other < earliest ? other.Value : earliest);
    }

    /// <summary>Takes what is due into its lane.</summary>
    /// <returns>When the next entry is due.</returns>
    private async Task<DateTimeOffset> ReadAsync(string? after, CancellationToken cancellation)
    {
        while (true)
        {
            var keys = await _transactions.Begin().ScanAsync(DueKeys.All, after, Limits.LeasesPerPass, cancellation);
            foreach (var key in keys)
            {
                var (time, _, _) = DueKeys.Parse(key);
                if (time > _clock.GetUtcNow())
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
        if (_lanes.Knows(key))
        {
            return;
        }

        var (time, isToken, name) = DueKeys.Parse(key);
        var entry = new DueEntry(key, time, isToken, name, isToken ? RevocationLanes.OfTokens : await LaneOfAsync(name, cancellation));
        if (_lanes.Take(entry))
        {
            Begin(entry, cancellation);
        }
    }

    private async ValueTask<string> LaneOfAsync(string id, CancellationToken cancellation)
    {
        try
        {
            return await LeaseStore.GetAsync(_transactions.Begin(), id, cancellation) is { MountUuid: { } mount } ? mount : RevocationLanes.OfTokens;
        }
        catch (Exception error) when (IsOfOneEntry(error))
        {
            // Ending it meets the same failure, and says so.
            return RevocationLanes.OfTokens;
        }
    }

    private void Begin(DueEntry entry, CancellationToken cancellation) => _effects.Run(() => EndAsync(entry, cancellation));

    private async Task EndAsync(DueEntry entry, CancellationToken cancellation)
    {
        try
        {
            if (entry.IsToken)
            {
                if (!await _revoker.RevokeDueTokenAsync(entry.Name, entry.Due, cancellation))
                {
                    await ForgetAsync(entry.Key, cancellation);
                }
            }
            else
            {
                await _revoker.RevokeDueAsync(entry.Name, entry.Due, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Sealed in the middle: the due index still names it.
            return;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            RevocationLog.DueNotEnded(_log, error);
            if (IsOfOneEntry(error))
            {
                _due.Add(_failed.Add(entry, isSetAside: true, SetAside));
                Release(entry, isSetAside: true, cancellation);
            }
            else
            {
                // The place in the lane waits as well, or what is due would be tried as fast as it fails.
                _due.Add(_failed.Add(entry, isSetAside: false, RetryAfterFailure));
            }

            return;
        }

        Release(entry, isSetAside: false, cancellation);
    }

    /// <summary>The pause after a failure is over.</summary>
    private void GiveAnotherTry(DueEntry entry, bool isSetAside, CancellationToken cancellation)
    {
        if (isSetAside)
        {
            _lanes.Forget(entry.Key);
        }
        else
        {
            Release(entry, isSetAside: false, cancellation);
        }

        // The entry is in the part of the index that was read already.
        _readUntil = entry.Due < _readUntil ? entry.Due : _readUntil;
    }

    private void Release(DueEntry entry, bool isSetAside, CancellationToken cancellation)
    {
        var (next, hasRoom) = _lanes.End(entry, isSetAside);
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
            _due.Add(_clock.GetUtcNow());
        }
    }

    /// <summary>True for a failure that says nothing about the store as a whole.</summary>
    internal static bool IsOfOneEntry(Exception error) =>
        error is not (StoreUnavailableException or ConflictException or OperationCanceledException or OutOfMemoryException);

    private async Task<bool> IsHalfDoneAsync(bool isToken, string name, CancellationToken cancellation)
    {
        var work = _transactions.Begin();
        if (isToken)
        {
            return await TokenStore.GetAnyAsync(work, name, cancellation) is { Revoking: true };
        }

        // What is being created since then is this process's own, and not half-done but under way.
        return await LeaseStore.GetAsync(work, name, cancellation) is { } lease
            && (lease.State == LeaseState.Revoking || (lease.State == LeaseState.Creating && lease.IssueTime < _started));
    }

    private async Task ForgetAsync(string key, CancellationToken cancellation) =>
        await _transactions.RunAsync(
            work =>
            {
                work.Delete(key);
                return ValueTask.CompletedTask;
            },
            cancellation);
}
