using System.Collections.Immutable;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Primitives;

namespace Coffer.Kernel.Identity;

/// <summary>Ties a name that was proved at a mount to an entity, in the unit of work of the login itself.</summary>
internal static class IdentityLogin
{
    /// <summary>The entity of an alias; made, with the alias, when there is none.</summary>
    /// <param name="metadata">What the auth method says of the alias; null leaves what is there.</param>
    public static async ValueTask<EntityRecord> FindOrCreateAsync(
        UnitOfWork work,
        IRandom random,
        DateTimeOffset now,
        string accessor,
        IdentityName name,
        ImmutableSortedDictionary<string, string>? metadata,
        CancellationToken cancellation)
    {
        if (await EntityStore.FindByAliasAsync(work, accessor, name, cancellation) is not { } found)
        {
            var created = await NewEntityAsync(work, random, now, cancellation) with
            {
                Aliases = [NewAlias(random, accessor, name, now) with { Metadata = metadata }],
            };
            EntityStore.Put(work, before: null, created);
            return created;
        }

        var alias = found.AliasAt(accessor);
        if (metadata is null || alias is null || (alias.Metadata ?? ImmutableSortedDictionary<string, string>.Empty).SequenceEqual(metadata))
        {
            return found;
        }

        var updated = found with { Aliases = found.Aliases.Replace(alias, alias with { Metadata = metadata, LastUpdateTime = now }) };
        EntityStore.Put(work, found, updated);
        return updated;
    }

    /// <summary>Makes an entity's external groups those that the login at this mount proved. Other mounts' groups are not its business.</summary>
    /// <returns>The entity as it is now.</returns>
    public static async ValueTask<EntityRecord> FollowGroupsAsync(
        UnitOfWork work, EntityRecord entity, string accessor, ImmutableArray<string> proved, CancellationToken cancellation)
    {
        var joined = new HashSet<string>(StringComparer.Ordinal);
        foreach (var text in proved)
        {
            if (IdentityName.TryParse(text, out var name) && await GroupStore.FindByAliasAsync(work, accessor, name, cancellation) is { External: true } group)
            {
                joined.Add(group.Id);
            }
        }

        var after = entity;
        foreach (var id in entity.GroupIds.Where(id => !joined.Contains(id)))
        {
            var group = await GroupStore.FindAsync(work, id, cancellation);

            // A group that is gone, and one whose alias is gone, have nobody left to say who is in them.
            if (group is null || (group.External && (group.Alias is null || group.Alias.MountAccessor == accessor)))
            {
                after = EntityStore.Leave(work, after, id);
            }
        }

        foreach (var id in joined)
        {
            after = EntityStore.Join(work, after, id);
        }

        if (!after.GroupIds.SequenceEqual(entity.GroupIds, StringComparer.Ordinal))
        {
            EntityStore.Put(work, entity, after);
        }

        return after;
    }

    public static async ValueTask<EntityRecord> NewEntityAsync(UnitOfWork work, IRandom random, DateTimeOffset now, CancellationToken cancellation) => new()
    {
        Id = random.Uuid(),
        Name = await NewNameAsync(work, random, "entity_", IdentityKeys.EntityName, cancellation),
        CreationTime = now,
        LastUpdateTime = now,
    };

    public static AliasRecord NewAlias(IRandom random, string accessor, IdentityName name, DateTimeOffset now) => new()
    {
        Id = random.Uuid(),
        Name = name.Spelling,
        MountAccessor = accessor,
        CreationTime = now,
        LastUpdateTime = now,
    };

    /// <summary>A name for what was given none: short, as in Vault, so it is looked up before it is taken.</summary>
    public static async ValueTask<string> NewNameAsync(
        UnitOfWork work, IRandom random, string start, Func<IdentityName, string> keyOf, CancellationToken cancellation)
    {
        while (true)
        {
            var name = start + random.Hex8();
            if (await EntityStore.PointedAsync(work, keyOf(IdentityName.Parse(name)), cancellation) is null)
            {
                return name;
            }
        }
    }
}
