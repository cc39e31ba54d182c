using Coffer.Kernel.Transactions;

namespace Coffer.Kernel.Leases;

/// <summary>Reads and writes lease records with their indexes, inside a unit of work.</summary>
public static class LeaseStore
{
    public static ValueTask<LeaseRecord?> GetAsync(UnitOfWork work, string id, CancellationToken cancellation) =>
        IsPossible(id)
            ? work.GetAsync(LeaseKeys.Record(id), LeasesJsonContext.Default.LeaseRecord, cancellation)
            : ValueTask.FromResult<LeaseRecord?>(null);

    /// <summary>An id may come from a body, which is no path: what no lease can be called is not asked for.</summary>
    private static bool IsPossible(string id) =>
        id.Length is > 0 and <= Limits.PathCharactersMax + LeaseIdEndMax && !id.AsSpan().ContainsAny(Impossible);

    private const int LeaseIdEndMax = 128;

    private static readonly System.Buffers.SearchValues<char> Impossible = System.Buffers.SearchValues.Create("\0\\\r\n");

    /// <summary>Stores a lease of a secret, new or changed, and moves its due entry along.</summary>
    public static void Put(UnitOfWork work, LeaseRecord? before, LeaseRecord after)
    {
        if (before is not null && before.Due != after.Due)
        {
            work.Delete(DueKeys.Lease(before.Due, before.Id));
        }

        if (before is null || before.Due != after.Due)
        {
            work.Put(DueKeys.Lease(after.Due, after.Id), Array.Empty<byte>());
        }

        MoveOwner(work, before is null ? null : LeaseKeys.OwnerOf(before), LeaseKeys.OwnerOf(after));

        if (before?.AttentionSince is null && after.AttentionSince is not null)
        {
            work.Put(LeaseKeys.Attention(after.MountUuid, after.Id), Array.Empty<byte>());
        }

        work.Put(LeaseKeys.Record(after.Id), after, LeasesJsonContext.Default.LeaseRecord);
    }

    /// <summary>Removes a lease of a secret and every index that names it.</summary>
    public static void Remove(UnitOfWork work, LeaseRecord lease)
    {
        work.Delete(LeaseKeys.Record(lease.Id));
        work.Delete(DueKeys.Lease(lease.Due, lease.Id));
        MoveOwner(work, LeaseKeys.OwnerOf(lease), null);

        if (lease.AttentionSince is not null)
        {
            work.Delete(LeaseKeys.Attention(lease.MountUuid, lease.Id));
        }
    }

    private static void MoveOwner(UnitOfWork work, string? before, string? after)
    {
        if (before == after)
        {
            return;
        }

        if (before is not null)
        {
            work.Delete(before);
        }

        if (after is not null)
        {
            work.Put(after, Array.Empty<byte>());
        }
    }

    /// <summary>Ids of the leases that an entity owns, a page at a time.</summary>
    public static async ValueTask<IReadOnlyList<string>> PageOfEntityAsync(
        UnitOfWork work, string entityId, string? after, int limit, CancellationToken cancellation)
    {
        var prefix = LeaseKeys.OwnedByEntity(entityId);
        var keys = await work.ScanAsync(prefix, after is null ? null : prefix + after, limit, cancellation);
        return [.. keys.Select(key => key[prefix.Length..])];
    }

    /// <summary>Ids of the leases below a prefix, a page at a time.</summary>
    /// <param name="prefix">A lease id's beginning, ending in a slash; or empty.</param>
    public static async ValueTask<IReadOnlyList<string>> PageAsync(
        UnitOfWork work, string prefix, string? after, int limit, CancellationToken cancellation)
    {
        var keys = await work.ScanAsync(LeaseKeys.Record(prefix), after is null ? null : LeaseKeys.Record(after), limit, cancellation);
        return [.. keys.Select(key => key[LeaseKeys.Records.Length..])];
    }
}
