using Coffer.Kernel.EngineStorage;
using Coffer.Kernel.Transactions;
using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.Mounts;

/// <summary>Takes a mount away whose leases are gone: its data first, then its entry together with its quotas. Each step can be repeated.</summary>
/// <param name="forget">Takes away, in the commit that removes a mount, what else is kept of it; given the table without the mount.</param>
/// <param name="log">Says when it is gone.</param>
public sealed class MountRemoval(Transactor transactions, Func<UnitOfWork, MountTable, CancellationToken, ValueTask> forget, ILogger log)
{
    /// <summary>Removes the mount's entries and the mount. Nothing to do when it is gone.</summary>
    public async ValueTask RemoveAsync(string uuid, CancellationToken cancellation)
    {
        if (await FindAsync(transactions.Begin(), uuid, cancellation) is not (_, { } mount))
        {
            return;
        }

        await RemoveDataAsync(mount, cancellation);
        await transactions.RunAsync(
            async work =>
            {
                if (await FindAsync(work, uuid, cancellation) is (var current, { } there))
                {
                    var left = current.Without(there);
                    work.Put(MountTable.StorageKey, left, MountsJsonContext.Default.MountTable);
                    await forget(work, left, cancellation);
                }
            },
            cancellation);
        MountLog.Unmounted(log, mount.Path, mount.Type, mount.Accessor);
    }

    /// <summary>Lets a mount answer nothing while a job empties it, or lets it serve again.</summary>
    /// <param name="job">Empty: it serves.</param>
    public static async ValueTask SetDrainingAsync(UnitOfWork work, string uuid, string job, CancellationToken cancellation)
    {
        if (await FindAsync(work, uuid, cancellation) is (var table, { } mount))
        {
            work.Put(MountTable.StorageKey, table.With(mount with { Draining = job.Length > 0, DrainJob = job }), MountsJsonContext.Default.MountTable);
        }
    }

    private static async ValueTask<(MountTable Table, MountEntry? Mount)> FindAsync(UnitOfWork work, string uuid, CancellationToken cancellation)
    {
        var table = await work.GetAsync(MountTable.StorageKey, MountsJsonContext.Default.MountTable, cancellation) ?? new MountTable([]);
        return (table, table.Mounts.FirstOrDefault(mount => mount.Uuid == uuid));
    }

    private async ValueTask RemoveDataAsync(MountEntry mount, CancellationToken cancellation)
    {
        int removed;
        do
        {
            removed = await transactions.RunAsync(
                async work =>
                {
                    var keys = await work.ScanAsync(mount.StoragePrefix, null, Limits.LeasesPerPass, cancellation);
                    foreach (var key in keys)
                    {
                        work.Delete(key);
                    }

                    return keys.Count;
                },
                cancellation);
        }
        while (removed > 0);

        do
        {
            removed = await transactions.RunAsync(work => TaskStore.RemoveOfMountAsync(work, mount.Uuid, cancellation), cancellation);
        }
        while (removed > 0);
    }
}
