using Coffer.Kernel.Transactions;
using Coffer.Sdk.Primitives;

namespace Coffer.Kernel.Leases;

/// <summary>Keeps tombstones for a while, in the order in which they were made.</summary>
internal static class TombstoneStore
{
    /// <summary>How long a tombstone is kept: a quarter of a year, in which the owners of the outside system will have looked at them.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(90);

    private const string Records = "lease/tombstone/";
    private const int RandomCharacters = 8;

    /// <summary>Stores what is known of a lease that is being removed, and drops a few tombstones that have been kept long enough.</summary>
    public static async ValueTask AddAsync(
        UnitOfWork work, LeaseRecord lease, ForceRevoke force, string error, DateTimeOffset now, IRandom random, CancellationToken cancellation)
    {
        var tombstone = new Tombstone
        {
            Id = RandomText.TimeOrdered(now) + random.Base62(RandomCharacters),
            LeaseId = lease.Id,
            MountUuid = lease.MountUuid,
            Secret = lease.Secret,
            Plan = lease.Plan,
            IssueTime = lease.IssueTime,
            ForgetTime = now,
            By = force.By,
            Accessor = force.Accessor,
            Reason = force.Reason,
            LastError = error,
        };
        work.Put(Records + tombstone.Id, tombstone, LeasesJsonContext.Default.Tombstone);
        var oldest = Records + RandomText.TimeOrdered(now - KeptFor);
        foreach (var key in await work.ScanAsync(Records, null, Dropped, cancellation))
        {
            if (string.CompareOrdinal(key, oldest) < 0)
            {
                work.Delete(key);
            }
        }
    }

    /// <summary>A page of them, oldest first, without those that have been kept long enough.</summary>
    public static async ValueTask<(IReadOnlyList<Tombstone> Tombstones, string Next)> PageAsync(
        UnitOfWork work, string after, int limit, DateTimeOffset now, CancellationToken cancellation)
    {
        // What sorts before the time of the oldest is passed over, whether or not it was dropped by now.
        var oldest = RandomText.TimeOrdered(now - KeptFor);
        var from = string.CompareOrdinal(after, oldest) > 0 ? after : oldest;
        var keys = await work.ScanAsync(Records, Records + from, limit, cancellation);
        var found = new List<Tombstone>(keys.Count);
        foreach (var key in keys)
        {
            if (await work.GetAsync(key, LeasesJsonContext.Default.Tombstone, cancellation) is { } tombstone)
            {
                found.Add(tombstone);
            }
        }

        return (found, keys.Count < limit ? "" : keys[^1][Records.Length..]);
    }

    private const int Dropped = 8;
}
