using System.Collections.Concurrent;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Transactions;

namespace Coffer.Kernel.Leases.Jobs;

/// <summary>
/// Revokes many leases, one that will not go not stopping the others. How far it has come is stored after each page, so a job that a seal or a
/// dead process cut off goes on where it stood.
/// </summary>
/// <param name="stop">Cancelled at seal.</param>
public sealed class RevocationJobs(
    Transactor transactions, LeaseRevoker revoker, MountRemoval mounts, TimeProvider clock, Action<Exception> onFailure, CancellationToken stop) : IDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, Lazy<Task<RevocationJob?>>> _running = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _slots = new(StringComparer.Ordinal);

    /// <summary>Takes up what an earlier life of the server left unfinished; ends when the server is sealed and no job works any more.</summary>
    public async Task RunAsync()
    {
        while (!stop.IsCancellationRequested && !await TryTakeUpAsync())
        {
            await Task.Delay(RetryAfter, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (_running.Values.FirstOrDefault() is { } job)
        {
            await ((Task)job.Value).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.Yield();
        }
    }

    /// <summary>Works on a stored job; who asks for one that is being worked on already waits for the same.</summary>
    /// <returns>The job as it ended; null when there is none of that id.</returns>
    public Task<RevocationJob?> Start(string id) =>
        _running.GetOrAdd(id, key => new Lazy<Task<RevocationJob?>>(() => Task.Run(() => RunAsync(key), CancellationToken.None))).Value;

    public void Dispose()
    {
        foreach (var slots in _slots.Values)
        {
            slots.Dispose();
        }
    }

    /// <summary>The mount that a job is about, so that one whose outside system hangs holds up no job of another; empty for a job about several.</summary>
    private async Task<string> MountOfAsync(string id)
    {
        var work = transactions.Begin();
        if (await JobStore.FindAsync(work, id, stop) is not { Kind: not JobKind.Entity } job)
        {
            return "";
        }

        var table = await work.GetAsync(MountTable.StorageKey, KernelJson.Default.MountTable, stop);
        return job.MountUuid.Length > 0 ? job.MountUuid
            : table?.Mounts.FirstOrDefault(mount => job.Prefix.StartsWith(mount.Path, StringComparison.Ordinal))?.Uuid ?? "";
    }

    private async Task<RevocationJob?> RunAsync(string id)
    {
        try
        {
            var slots = _slots.GetOrAdd(await MountOfAsync(id), _ => new SemaphoreSlim(Limits.JobsPerMount));
            await slots.WaitAsync(stop);
            try
            {
                return await WorkAsync(id);
            }
            finally
            {
                slots.Release();
            }
        }
        catch (Exception error) when (!stop.IsCancellationRequested && error is not OutOfMemoryException)
        {
            // Whoever waits is told; the job itself goes on.
            onFailure(error);
            _ = AgainAsync(id);
            throw;
        }
        finally
        {
            _running.TryRemove(id, out _);
        }
    }

    private async Task AgainAsync(string id)
    {
        await Task.Delay(RetryAfter, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!stop.IsCancellationRequested)
        {
            await ((Task)Start(id)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> TryTakeUpAsync()
    {
        try
        {
            var after = "";
            do
            {
                (var jobs, after) = await JobStore.PageAsync(transactions.Begin(), after, Limits.LeasesPerPass, stop);
                foreach (var job in jobs.Where(job => job.State == JobState.Running))
                {
                    _ = Start(job.Id);
                }
            }
            while (after.Length > 0);
            return true;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return true;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            onFailure(error);
            return false;
        }
    }

    private async Task<RevocationJob?> WorkAsync(string id)
    {
        var job = await JobStore.FindAsync(transactions.Begin(), id, stop);
        while (job is { State: JobState.Running, Emptied: false })
        {
            job = await PassAsync(job);
        }

        if (job is not { State: JobState.Running })
        {
            return job;
        }

        await mounts.RemoveAsync(job.MountUuid, stop);
        return await ChangeAsync(id, (work, current) => Ended(work, current, JobState.Done));
    }

    private async Task<RevocationJob?> PassAsync(RevocationJob job)
    {
        var page = await PageAsync(job);
        var tally = new JobTally();
        await Task.WhenAll((await SortedAsync(page.Ids)).Select(ofMount => Parallel.ForEachAsync(
            ofMount,
            new ParallelOptions { MaxDegreeOfParallelism = Limits.RevocationsPerMount, CancellationToken = stop },
            async (id, cancellation) => tally.Add(id, await RevokeAsync(id, job, cancellation)))));
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
                await MountRemoval.SetDrainingAsync(work, next.MountUuid, "", stop);
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
                sorted.Add((id, (await LeaseStore.GetAsync(transactions.Begin(), id, stop))?.MountUuid ?? ""));
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
        var work = transactions.Begin();
        var after = job.After.Length == 0 ? null : job.After;
        if (job.Kind == JobKind.Entity)
        {
            var owned = await LeaseStore.PageOfEntityAsync(work, job.Prefix, after, Limits.LeasesPerPass, stop);
            return new Page(owned, 0, owned.Count > 0 ? owned[^1] : job.After, owned.Count < Limits.LeasesPerPass);
        }

        // A job that was stored before there were scopes has its prefix alone.
        var scopes = job.Scopes.IsDefaultOrEmpty ? [new LeaseScope(job.Prefix)] : job.Scopes;
        var (ids, next) = await scopes[job.ScopeAt].PageAsync(work, after, stop);
        return next is null
            ? new Page(ids, job.ScopeAt + 1, "", job.ScopeAt + 1 == scopes.Length)
            : new Page(ids, job.ScopeAt, next, IsLast: false);
    }

    private async ValueTask<string?> RevokeAsync(string id, RevocationJob job, CancellationToken cancellation)
    {
        try
        {
            var outcome = await revoker.RevokeAsync(id, job.ForceRevoke, cancellation);

            // What may still come can only be removed while its mount is there.
            return outcome.IsWatched && job.Kind != JobKind.Unmount ? null : outcome.Error;
        }
        catch (Exception error) when (Janitor.IsOfOneEntry(error))
        {
            onFailure(error);
            return "the lease could not be read or its engine broke off; see the server's log";
        }
    }

    /// <summary>Changes a job that still runs, and leaves one that was called off as it is.</summary>
    private async ValueTask<RevocationJob?> ChangeAsync(string id, Func<UnitOfWork, RevocationJob, ValueTask<RevocationJob>> change) =>
        await transactions.RunAsync(
            async work =>
            {
                var current = await JobStore.FindAsync(work, id, stop);
                if (current is not { State: JobState.Running })
                {
                    return current;
                }

                var next = await change(work, current);
                JobStore.Put(work, next);
                return next;
            },
            stop);

    private async ValueTask<RevocationJob> Ended(UnitOfWork work, RevocationJob job, JobState state)
    {
        var now = clock.GetUtcNow();
        await JobStore.DropOldAsync(work, now, stop);
        return job with { State = state, EndTime = now };
    }

    /// <summary>Leases to look at next, and where the job stands after them.</summary>
    private readonly record struct Page(IReadOnlyList<string> Ids, int ScopeAt, string After, bool IsLast);
}
