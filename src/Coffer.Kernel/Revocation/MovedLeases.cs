using Coffer.Kernel.Leases;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Transactions;
using Coffer.Storage;

namespace Coffer.Kernel.Revocation;

/// <summary>Finds leases of moved mounts by where the mount is now; their own ids go on naming them as well.</summary>
internal static class MovedLeases
{
    /// <summary>A lease by its id, or by what its id would be had its mount always been where it is now.</summary>
    public static async ValueTask<LeaseRecord?> FindAsync(UnitOfWork work, MountTable table, string id, CancellationToken cancellation)
    {
        if (await LeaseStore.GetAsync(work, id, cancellation) is { } lease)
        {
            return lease;
        }

        foreach (var scope in table.Mounts.SelectMany(mount => LeaseScope.Former(mount, id)))
        {
            if (await scope.HoldsAsync(work, scope.Prefix, cancellation))
            {
                return await LeaseStore.GetAsync(work, scope.Prefix, cancellation);
            }
        }

        return null;
    }

    /// <summary>What is directly below a prefix of lease ids, in order.</summary>
    /// <param name="prefix">Empty, or with a slash at its end.</param>
    public static async ValueTask<IReadOnlyList<string>> ListAsync(UnitOfWork work, MountTable table, string prefix, CancellationToken cancellation)
    {
        var names = await work.ListAsync(LeaseKeys.Record(prefix), cancellation);
        SortedSet<string>? all = null;
        foreach (var mount in table.Mounts)
        {
            foreach (var scope in LeaseScope.Former(mount, prefix))
            {
                all ??= new SortedSet<string>(names, KeyOrder.Instance);
                if (mount.Path.Length > prefix.Length)
                {
                    var name = mount.Path[prefix.Length..(mount.Path.IndexOf('/', prefix.Length) + 1)];
                    await AddAsync(work, scope, name, all, cancellation);
                    continue;
                }

                foreach (var name in await work.ListAsync(LeaseKeys.Record(scope.Prefix), cancellation))
                {
                    await AddAsync(work, scope with { Prefix = scope.Prefix + name }, name, all, cancellation);
                }
            }
        }

        return all is null ? names : [.. all];
    }

    /// <summary>Adds a name if it is a lease of the scope's mount, or a folder with one.</summary>
    private static async ValueTask AddAsync(UnitOfWork work, LeaseScope scope, string name, SortedSet<string> names, CancellationToken cancellation)
    {
        if (names.Contains(name))
        {
            return;
        }

        if (!scope.Prefix.EndsWith('/'))
        {
            if (await scope.HoldsAsync(work, scope.Prefix, cancellation))
            {
                names.Add(name);
            }

            return;
        }

        string? after = null;
        do
        {
            (var ids, after) = await scope.PageAsync(work, after, cancellation);
            if (ids.Count > 0)
            {
                names.Add(name);
                return;
            }
        }
        while (after is not null);
    }
}
