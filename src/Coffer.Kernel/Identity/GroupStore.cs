using Coffer.Kernel.Transactions;
using Coffer.Storage;

namespace Coffer.Kernel.Identity;

/// <summary>Finds and changes groups inside a unit of work, their indexes along with them.</summary>
internal static class GroupStore
{
    public static async ValueTask<GroupRecord?> FindAsync(UnitOfWork work, string id, CancellationToken cancellation) =>
        IdentityKeys.IsId(id) ? await work.GetAsync(IdentityKeys.Group(id), IdentityJsonContext.Default.GroupRecord, cancellation) : null;

    public static ValueTask<GroupRecord?> FindByNameAsync(UnitOfWork work, IdentityName name, CancellationToken cancellation) =>
        FollowAsync(work, IdentityKeys.GroupName(name), cancellation);

    /// <param name="accessor">Of a mount that exists or did: never text from a client that has not been looked up.</param>
    public static ValueTask<GroupRecord?> FindByAliasAsync(UnitOfWork work, string accessor, IdentityName name, CancellationToken cancellation) =>
        FollowAsync(work, IdentityKeys.GroupAlias(accessor, name), cancellation);

    public static async ValueTask<GroupRecord?> FindByAliasIdAsync(UnitOfWork work, string aliasId, CancellationToken cancellation) =>
        IdentityKeys.IsId(aliasId) ? await FollowAsync(work, IdentityKeys.GroupAliasId(aliasId), cancellation) : null;

    /// <summary>Stores a group, and moves its indexes along.</summary>
    public static void Put(UnitOfWork work, GroupRecord? before, GroupRecord after)
    {
        EntityStore.MoveName(work, IdentityKeys.GroupName, before?.Name, after.Name, after.Id);

        if (before?.Alias is { } old && old != after.Alias)
        {
            RemoveIndexes(work, old);
        }

        if (after.Alias is { } alias && alias != before?.Alias)
        {
            EntityStore.Point(work, IdentityKeys.GroupAliasId(alias.Id), after.Id);
            EntityStore.Point(work, IdentityKeys.GroupAlias(alias.MountAccessor, IdentityName.Parse(alias.Name)), after.Id);
        }

        work.Put(IdentityKeys.Group(after.Id), after, IdentityJsonContext.Default.GroupRecord);
    }

    /// <summary>Removes a group, with every side that names it.</summary>
    public static async ValueTask RemoveAsync(UnitOfWork work, GroupRecord group, DateTimeOffset now, CancellationToken cancellation)
    {
        await SetMembersAsync(work, group.Id, [], cancellation);
        await SetMemberGroupsAsync(work, group, [], now, cancellation);
        foreach (var id in group.ParentGroupIds)
        {
            if (await FindAsync(work, id, cancellation) is { } parent)
            {
                Put(work, parent, Changed(parent, now) with { MemberGroupIds = parent.MemberGroupIds.Remove(group.Id) });
            }
        }

        if (group.Alias is { } alias)
        {
            RemoveIndexes(work, alias);
        }

        work.Delete(IdentityKeys.GroupName(IdentityName.Parse(group.Name)));
        work.Delete(IdentityKeys.Group(group.Id));
    }

    /// <summary>Ids of a group's direct entities, in order.</summary>
    public static async ValueTask<IReadOnlyList<string>> MembersAsync(UnitOfWork work, string group, CancellationToken cancellation)
    {
        var prefix = IdentityKeys.Members(group);
        var members = new List<string>();
        string? after = null;
        while (true)
        {
            var keys = await work.ScanAsync(prefix, after, StoreLimits.ScanMax, cancellation);
            members.AddRange(keys.Select(key => key[prefix.Length..]));
            if (keys.Count < StoreLimits.ScanMax)
            {
                return members;
            }

            after = keys[^1];
        }
    }

    /// <summary>Makes these the entities of a group. Only who joins or leaves is written.</summary>
    public static async ValueTask SetMembersAsync(UnitOfWork work, string group, IReadOnlyCollection<EntityRecord> members, CancellationToken cancellation)
    {
        var staying = members.Select(member => member.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var id in await MembersAsync(work, group, cancellation))
        {
            if (staying.Contains(id))
            {
                continue;
            }

            if (await EntityStore.FindAsync(work, id, cancellation) is { } leaving)
            {
                EntityStore.Put(work, leaving, EntityStore.Leave(work, leaving, group));
            }
            else
            {
                work.Delete(IdentityKeys.Member(group, id));
            }
        }

        foreach (var member in members.Where(member => !member.GroupIds.Contains(group)))
        {
            EntityStore.Put(work, member, EntityStore.Join(work, member, group));
        }
    }

    /// <summary>Makes these the groups in a group, on their side; the group itself is the caller's to put.</summary>
    public static async ValueTask SetMemberGroupsAsync(
        UnitOfWork work, GroupRecord group, IReadOnlyCollection<GroupRecord> members, DateTimeOffset now, CancellationToken cancellation)
    {
        foreach (var id in group.MemberGroupIds.Where(id => members.All(member => member.Id != id)))
        {
            if (await FindAsync(work, id, cancellation) is { } leaving)
            {
                Put(work, leaving, Changed(leaving, now) with { ParentGroupIds = leaving.ParentGroupIds.Remove(group.Id) });
            }
        }

        foreach (var member in members.Where(member => !member.ParentGroupIds.Contains(group.Id)))
        {
            Put(work, member, Changed(member, now) with { ParentGroupIds = member.ParentGroupIds.Add(group.Id) });
        }
    }

    /// <summary>These groups and all that they are in, directly or through others, each once; a circle does no harm.</summary>
    public static async ValueTask<List<GroupRecord>> WithParentsAsync(UnitOfWork work, IEnumerable<string> ids, CancellationToken cancellation)
    {
        var found = new List<GroupRecord>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var next = new Queue<string>(ids);
        while (next.TryDequeue(out var id))
        {
            if (!seen.Add(id) || await FindAsync(work, id, cancellation) is not { } group)
            {
                continue;
            }

            found.Add(group);
            foreach (var parent in group.ParentGroupIds)
            {
                next.Enqueue(parent);
            }
        }

        return found;
    }

    public static GroupRecord Changed(GroupRecord group, DateTimeOffset now) =>
        group with { ModifyIndex = group.ModifyIndex + 1, LastUpdateTime = now };

    private static async ValueTask<GroupRecord?> FollowAsync(UnitOfWork work, string key, CancellationToken cancellation) =>
        await EntityStore.PointedAsync(work, key, cancellation) is { } id ? await FindAsync(work, id, cancellation) : null;

    private static void RemoveIndexes(UnitOfWork work, AliasRecord alias)
    {
        work.Delete(IdentityKeys.GroupAliasId(alias.Id));
        work.Delete(IdentityKeys.GroupAlias(alias.MountAccessor, IdentityName.Parse(alias.Name)));
    }
}
