using Coffer.Kernel.Background;
using Coffer.Kernel.Leases;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Transactions;
using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.Revocation.Jobs;

/// <summary>
/// Revokes many leases, one that will not go not stopping the others. How far it has come is stored after each page, so a job that a seal or a
/// dead process cut off is taken up where it was.
/// </summary>
public sealed class RevocationJobs : IBackgroundWork, IDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly Transactor _transactions;
    private readonly LeaseRevoker _revoker;
    private readonly MountRemoval _mounts;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly CancellationToken _stop;
    private readonly DueSignal _due = new();
    private readonly SharedRuns<RevocationJob?> _runs;
    private readonly JobQueue _queue = new();
    private bool _hasTakenUp;

    /// <param name="stop">Cancelled at seal.</param>
    internal RevocationJobs(
        Transactor transactions, LeaseRevoker revoker, MountRemoval mounts, Effects effects, TimeProvider clock, ILogger log, CancellationToken stop)
    {
        _transactions = transactions;
        _revoker = revoker;
        _mounts = mounts;
        _clock = clock;
        _log = log;
        _stop = stop;
        _runs = new SharedRuns<RevocationJob?>(effects, _due, stop);
    }

    string IBackgroundWork.Name => "revocations of many leases";

    DueSignal IBackgroundWork.Due => _due;

    bool IBackgroundWork.WaitsForRelease => true;

    TimeSpan IBackgroundWork.RetryAfter => RetryAfter;

    /// <summary>Has a stored job worked on. Requests that ask for the same job wait for the same run.</summary>
    /// <returns>The job as it ended; null when there is none of that id.</returns>
    public Task<RevocationJob?> Start(string id) => _runs.AskAsync(id);

    public void Dispose() => _runs.Dispose();

    /// <summary>Begins every job that waits, as far as its mount has room.</summary>
    async ValueTask<DateTimeOffset> IBackgroundWork.StepAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        if (!_hasTakenUp)
        {
            await TakeUpAsync(cancellation);
            _hasTakenUp = true;
        }

        foreach (var id in _runs.Asked)
        {
            _queue.Add(id, now);
        }

        foreach (var id in _queue.Due(now))
        {
            if (!_runs.IsRunning(id) && await FindMountAsync(id) is { } mount && _queue.TryTake(id, mount))
            {
                _runs.TryBegin(id, () => RunAsync(id, mount));
            }
        }

        return _queue.NextRetry(now);
    }

    /// <summary>Queues what was under way when the server was last sealed or died.</summary>
    private async ValueTask TakeUpAsync(CancellationToken cancellation)
    {
        var after = "";
        do
        {
            (var jobs, after) = await JobStore.PageAsync(_transactions.Begin(), after, Limits.LeasesPerPass, cancellation);
            foreach (var job in jobs.Where(job => job.State == JobState.Running))
            {
                _queue.Add(job.Id, _clock.GetUtcNow());
            }
        }
        while (after.Length > 0);
    }

    /// <returns>As <see cref="MountOfAsync"/>; null where it cannot be found out, which the run of the job will report.</returns>
    private async ValueTask<string?> FindMountAsync(string id)
    {
        try
        {
            return await MountOfAsync(id);
        }
        catch (Exception error) when (!_stop.IsCancellationRequested && error is not OutOfMemoryException)
        {
            return "";
        }
    }

    /// <summary>The mount that a job is about, so that one whose outside system hangs holds up no job of another; empty for a job about several.</summary>
    private async ValueTask<string> MountOfAsync(string id)
    {
        var work = _transactions.Begin();
        if (await JobStore.FindAsync(work, id, _stop) is not { Kind: not JobKind.Entity } job)
        {
            return "";
        }

        var table = await work.GetAsync(MountTable.StorageKey, MountsJsonContext.Default.MountTable, _stop);
        return job.MountUuid.Length > 0 ? job.MountUuid
            : table?.Mounts.FirstOrDefault(mount => job.Prefix.StartsWith(mount.Path, StringComparison.Ordinal))?.Uuid ?? "";
    }

    private async Task<RevocationJob?> RunAsync(string id, string mount)
    {
        try
        {
            return await WorkAsync(id);
        }
        catch (Exception error) when (!_stop.IsCancellationRequested && error is not OutOfMemoryException)
        {
            // The request that waits gets the error; the job itself goes on.
            RevocationLog.JobBrokeOff(_log, error);
            _queue.Add(id, _clock.GetUtcNow() + RetryAfter);
            throw;
        }
        finally
        {
            // There is room for another job of this mount, or a next try to wait for.
            _queue.End(mount);
            _due.Add(DateTimeOffset.MinValue);
        }
    }

    private async Task<RevocationJob?> WorkAsync(string id)
    {
        var job = await JobStore.FindAsync(_transactions.Begin(), id, _stop);
        while (job is { State: JobState.Running, Emptied: false })
        {
            job = await PassAsync(job);
        }

        if (job is not { State: JobState.Running })
        {
            return job;
        }

        await _mounts.RemoveAsync(job.MountUuid, _stop);
        return await ChangeAsync(id, (work, current) => Ended(work, current, JobState.Done));
    }

    private async Task<RevocationJob?> PassAsync(RevocationJob job)
    {
        var page = await PageAsync(job);
        var tally = new JobTally();
        await Task.WhenAll((await SortedAsync(page.Ids)).Select(ofMount => AtOnce.RunAsync(
            ofMount, Limits.RevocationsPerMount, async (id, cancellation) => tally.Add(id, await RevokeAsync(id, job, cancellation)), _stop)));
        return await ChangeAsync(job.Id, async (work, current) =>
        {
            var next = tally.AddedTo(current) with
            {
                ScopeAt = page.ScopeAt,
                After = page.After,
                Emptied = page.IsLast,
            };
            if (!next.Emptied || (next is { Kind: JobKind.Unmount, Failed: 0 }))
            {
                return next;
            }

            if (next.Kind == JobKind.Unmount)
            {
                // What cannot be emptied goes on serving.
                await MountRemoval.SetDrainingAsync(work, next.MountUuid, "", _stop);
            }

            return await Ended(work, next, next.Failed == 0 ? JobState.Done : JobState.Failed);
        });
    }

    /// <summary>The leases of each mount by themselves: they have a budget of their own here as well.</summary>
    private async Task<IEnumerable<IGrouping<string, string>>> SortedAsync(IReadOnlyList<string> ids)
    {
        var sorted = new List<(string Id, string Mount)>(ids.Count);
        foreach (var id in ids)
        {
            try
            {
                sorted.Add((id, (await LeaseStore.GetAsync(_transactions.Begin(), id, _stop))?.MountUuid ?? ""));
            }
            catch (Exception error) when (Janitor.IsOfOneEntry(error))
            {
                // Revoking it meets the same failure, and counts it.
                sorted.Add((id, ""));
            }
        }

        return sorted.GroupBy(lease => lease.Mount, lease => lease.Id, StringComparer.Ordinal);
    }

    private async ValueTask<Page> PageAsync(RevocationJob job)
    {
        var work = _transactions.Begin();
        var after = job.After.Length == 0 ? null : job.After;
        if (job.Kind == JobKind.Entity)
        {
            var owned = await LeaseStore.PageOfEntityAsync(work, job.Prefix, after, Limits.LeasesPerPass, _stop);
            return new Page(owned, 0, owned.Count > 0 ? owned[^1] : job.After, owned.Count < Limits.LeasesPerPass);
        }

        // A job that was stored before there were scopes has its prefix alone.
        var scopes = job.Scopes.IsDefaultOrEmpty ? [new LeaseScope(job.Prefix)] : job.Scopes;
        var (ids, next) = await scopes[job.ScopeAt].PageAsync(work, after, _stop);
        return next is null
            ? new Page(ids, job.ScopeAt + 1, "", job.ScopeAt + 1 == scopes.Length)
            : new Page(ids, job.ScopeAt, next, IsLast: false);
    }

    private async ValueTask<string?> RevokeAsync(string id, RevocationJob job, CancellationToken cancellation)
    {
        try
        {
            var outcome = await _revoker.RevokeAsync(id, job.ForceRevoke, cancellation);

            // What may still come can only be removed while its mount is there.
            return outcome.IsWatched && job.Kind != JobKind.Unmount ? null : outcome.Error;
        }
        catch (Exception error) when (Janitor.IsOfOneEntry(error))
        {
            RevocationLog.JobBrokeOff(_log, error);
            return "the lease could not be read or its engine broke off; see the server's log";
        }
    }

    /// <summary>Changes a job that still runs, and leaves one that was called off as it is.</summary>
    private async ValueTask<RevocationJob?> ChangeAsync(string id, Func<UnitOfWork, RevocationJob, ValueTask<RevocationJob>> change) =>
        await _transactions.RunAsync(
            async work =>
            {
                var current = await JobStore.FindAsync(work, id, _stop);
                if (current is not { State: JobState.Running })
                {
                    return current;
                }

                var next = await change(work, current);
                JobStore.Put(work, next);
                return next;
            },
            _stop);

    private async ValueTask<RevocationJob> Ended(UnitOfWork work, RevocationJob job, JobState state)
    {
        var now = _clock.GetUtcNow();
        await JobStore.DropOldAsync(work, now, _stop);
        return job with { State = state, EndTime = now };
    }

    /// <summary>Leases to look at next, and how far the job is after them.</summary>
    private readonly record struct Page(IReadOnlyList<string> Ids, int ScopeAt, string After, bool IsLast);
}
