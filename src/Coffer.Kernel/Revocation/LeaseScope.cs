using System.Collections.Immutable;
using Coffer.Kernel.Leases;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Tokens;
using Coffer.Kernel.Transactions;

namespace Coffer.Kernel.Revocation;

/// <summary>
/// Leases whose ids begin alike. A lease keeps its id for life, since its client renews it by that; so a mount that was moved has leases below each
/// of its paths, and another mount may have taken one of these paths since.
/// </summary>
/// <param name="Prefix">What their ids begin with; without a slash at its end, the id of one lease.</param>
/// <param name="MountUuid">The mount they are of; empty for any.</param>
public sealed record LeaseScope(string Prefix, string MountUuid = "")
{
    /// <summary>Everything that a mount gave, wherever it stood.</summary>
    public static ImmutableArray<LeaseScope> OfMount(MountEntry mount)
    {
        ArgumentNullException.ThrowIfNull(mount);
        return Separate([new LeaseScope(mount.Path, mount.Uuid), .. mount.AllFormerPaths.Select(path => new LeaseScope(path, mount.Uuid))]);
    }

    /// <summary>What ids below a prefix name, and what they would name had each mount always been where it is now.</summary>
    public static ImmutableArray<LeaseScope> Below(MountTable table, string prefix)
    {
        ArgumentNullException.ThrowIfNull(table);
        return Separate([new LeaseScope(prefix), .. table.Mounts.SelectMany(mount => Former(mount, prefix))]);
    }

    /// <summary>Where a moved mount's leases stand that belong below a prefix of today.</summary>
    public static IEnumerable<LeaseScope> Former(MountEntry mount, string prefix)
    {
        ArgumentNullException.ThrowIfNull(mount);
        ArgumentNullException.ThrowIfNull(prefix);
        var below = prefix.StartsWith(mount.Path, StringComparison.Ordinal) ? prefix[mount.Path.Length..]
            : mount.Path.StartsWith(prefix, StringComparison.Ordinal) ? ""
            : null;
        return below is null ? [] : mount.AllFormerPaths.Select(path => new LeaseScope(path + below, mount.Uuid));
    }

    /// <summary>True for a lease with such an id if its mount is the right one as well.</summary>
    public async ValueTask<bool> HoldsAsync(UnitOfWork work, string id, CancellationToken cancellation)
    {
        if (MountUuid.Length == 0)
        {
            return true;
        }

        var lease = await LeaseStore.GetAsync(work, id, cancellation);
        return lease is { IsToken: true }
            ? (await TokenStore.GetAnyAsync(work, lease.TokenAccessor, cancellation))?.MountUuid == MountUuid
            : lease?.MountUuid == MountUuid;
    }

    /// <summary>A page of the ids, and where the next begins; null when there is none.</summary>
    public async ValueTask<(IReadOnlyList<string> Ids, string? Next)> PageAsync(UnitOfWork work, string? after, CancellationToken cancellation)
    {
        if (!Prefix.EndsWith('/'))
        {
            return ([Prefix], null);
        }

        var all = await LeaseStore.PageAsync(work, Prefix, after, Limits.LeasesPerPass, cancellation);
        var ids = new List<string>(all.Count);
        foreach (var id in all)
        {
            if (await HoldsAsync(work, id, cancellation))
            {
                ids.Add(id);
            }
        }

        return (ids, all.Count < Limits.LeasesPerPass ? null : all[^1]);
    }

    /// <summary>Leaves out those within another: a mount may have moved below a path it had before.</summary>
    private static ImmutableArray<LeaseScope> Separate(IReadOnlyList<LeaseScope> scopes) =>
        [.. scopes.Where((scope, place) => !scopes.Where((other, otherPlace) => otherPlace != place && scope.IsWithin(other, otherPlace < place)).Any())];

    private bool IsWithin(LeaseScope other, bool isEarlier) =>
        (other.MountUuid.Length == 0 || other.MountUuid == MountUuid)
        && (Prefix == other.Prefix || (other.Prefix.EndsWith('/') && Prefix.StartsWith(other.Prefix, StringComparison.Ordinal)))
        && (isEarlier || this != other);
}
