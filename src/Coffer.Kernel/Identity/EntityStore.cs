using System.Text;
using Coffer.Kernel.Transactions;

namespace Coffer.Kernel.Identity;

/// <summary>Finds and changes entities inside a unit of work, their indexes along with them.</summary>
internal static class EntityStore
{
    public static async ValueTask<EntityRecord?> FindAsync(UnitOfWork work, string id, CancellationToken cancellation) =>
        IdentityKeys.IsId(id) ? await work.GetAsync(IdentityKeys.Entity(id), IdentityJsonContext.Default.EntityRecord, cancellation) : null;

    /// <summary>The entity that acts under an id: itself, or the one it was merged into.</summary>
    public static async ValueTask<EntityRecord?> FindActingAsync(UnitOfWork work, string id, CancellationToken cancellation) =>
        await FindAsync(work, id, cancellation) is { } itself ? itself
            : IdentityKeys.IsId(id) ? await FollowAsync(work, IdentityKeys.Merged(id), cancellation) : null;

    public static ValueTask<EntityRecord?> FindByNameAsync(UnitOfWork work, IdentityName name, CancellationToken cancellation) =>
        FollowAsync(work, IdentityKeys.EntityName(name), cancellation);

    /// <summary>The entity that has this name at a mount.</summary>
    /// <param name="accessor">Of a mount that exists or did: never text from a client that has not been looked up.</param>
    public static ValueTask<EntityRecord?> FindByAliasAsync(UnitOfWork work, string accessor, IdentityName name, CancellationToken cancellation) =>
        FollowAsync(work, IdentityKeys.Alias(accessor, name), cancellation);

    public static async ValueTask<EntityRecord?> FindByAliasIdAsync(UnitOfWork work, string aliasId, CancellationToken cancellation) =>
        IdentityKeys.IsId(aliasId) ? await FollowAsync(work, IdentityKeys.AliasId(aliasId), cancellation) : null;

    /// <summary>Stores an entity, and moves its indexes along. What it takes over from another must have been taken from that one before.</summary>
    public static void Put(UnitOfWork work, EntityRecord? before, EntityRecord after)
    {
        MoveName(work, IdentityKeys.EntityName, before?.Name, after.Name, after.Id);

        foreach (var alias in before?.Aliases ?? [])
        {
            if (!after.Aliases.Contains(alias))
            {
                RemoveIndexes(work, alias);
            }
        }

        foreach (var alias in after.Aliases)
        {
            if (before?.Aliases.Contains(alias) != true)
            {
                Point(work, IdentityKeys.AliasId(alias.Id), after.Id);
                Point(work, IdentityKeys.Alias(alias.MountAccessor, IdentityName.Parse(alias.Name)), after.Id);
            }
        }

        work.Put(IdentityKeys.Entity(after.Id), after, IdentityJsonContext.Default.EntityRecord);
    }

    /// <summary>Removes an entity with its aliases, its memberships and every index that names it: its tokens open nothing any more.</summary>
    public static void Remove(UnitOfWork work, EntityRecord entity)
    {
        work.Delete(IdentityKeys.Entity(entity.Id));
        work.Delete(IdentityKeys.EntityName(IdentityName.Parse(entity.Name)));
        foreach (var alias in entity.Aliases)
        {
            RemoveIndexes(work, alias);
        }

        foreach (var group in entity.GroupIds)
        {
            work.Delete(IdentityKeys.Member(group, entity.Id));
        }

        foreach (var merged in entity.MergedEntityIds)
        {
            work.Delete(IdentityKeys.Merged(merged));
        }
    }

    /// <summary>Adds an entity to a group, on both sides.</summary>
    public static EntityRecord Join(UnitOfWork work, EntityRecord entity, string group)
    {
        if (entity.GroupIds.Contains(group))
        {
            return entity;
        }

        work.Put(IdentityKeys.Member(group, entity.Id), Array.Empty<byte>());
        return entity with { GroupIds = entity.GroupIds.Add(group) };
    }

    /// <summary>Takes an entity out of a group, on both sides.</summary>
    public static EntityRecord Leave(UnitOfWork work, EntityRecord entity, string group)
    {
        work.Delete(IdentityKeys.Member(group, entity.Id));
        return entity with { GroupIds = entity.GroupIds.Remove(group) };
    }

    /// <summary>Makes a key name an id.</summary>
    public static void Point(UnitOfWork work, string key, string id) => work.Put(key, Encoding.UTF8.GetBytes(id));

    /// <summary>Keeps the index of a record's name at the name; one that stays the same is not written.</summary>
    /// <param name="before">Null: the record is new.</param>
    public static void MoveName(UnitOfWork work, Func<IdentityName, string> keyOf, string? before, string after, string id)
    {
        var name = IdentityName.Parse(after);
        IdentityName? old = before is null ? null : IdentityName.Parse(before);
        if (old == name)
        {
            return;
        }

        if (old is { } left)
        {
            work.Delete(keyOf(left));
        }

        Point(work, keyOf(name), id);
    }

    /// <summary>The id that a key names, or null.</summary>
    public static async ValueTask<string?> PointedAsync(UnitOfWork work, string key, CancellationToken cancellation) =>
        await work.GetAsync(key, cancellation) is { } id ? Encoding.UTF8.GetString(id.Span) : null;

    private static async ValueTask<EntityRecord?> FollowAsync(UnitOfWork work, string key, CancellationToken cancellation) =>
        await PointedAsync(work, key, cancellation) is { } id ? await FindAsync(work, id, cancellation) : null;

    private static void RemoveIndexes(UnitOfWork work, AliasRecord alias)
    {
        work.Delete(IdentityKeys.AliasId(alias.Id));
        work.Delete(IdentityKeys.Alias(alias.MountAccessor, IdentityName.Parse(alias.Name)));
    }
}
