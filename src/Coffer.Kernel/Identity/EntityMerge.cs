using System.Collections.Immutable;
using Coffer.Kernel.Transactions;

namespace Coffer.Kernel.Identity;

/// <summary>Makes one entity of several: aliases, memberships and tokens go over to the target, policies and metadata do not.</summary>
internal sealed class EntityMerge(UnitOfWork work, EntityRecord target, ImmutableArray<string> aliasesToKeep)
{
    private readonly EntityRecord _before = target;
    private EntityRecord _after = target;

    /// <summary>What is in the way of taking over an entity's aliases; null when nothing does.</summary>
    public string? ProblemOf(EntityRecord source)
    {
        foreach (var alias in source.Aliases)
        {
            if (_after.AliasAt(alias.MountAccessor) is { } own && !aliasesToKeep.Contains(own.Id) && !aliasesToKeep.Contains(alias.Id))
            {
                return $"both entities have an alias at the mount {alias.MountAccessor}; name the one to keep, {own.Id} or {alias.Id}, "
                    + "in conflicting_alias_ids_to_keep";
            }
        }

        return null;
    }

    /// <summary>Takes an entity over. It is gone afterwards, and its tokens act as the target.</summary>
    public void Take(EntityRecord source, DateTimeOffset now)
    {
        // Removed first: what the target takes over is then put again, under the same keys.
        EntityStore.Remove(work, source);
        foreach (var alias in source.Aliases)
        {
            TakeAlias(source, alias, now);
        }

        foreach (var group in source.GroupIds)
        {
            _after = EntityStore.Join(work, _after, group);
        }

        // Chains are kept short: entities that were merged into the source point at the target from now on.
        var merged = source.MergedEntityIds.Add(source.Id);
        foreach (var id in merged)
        {
            EntityStore.Point(work, IdentityKeys.Merged(id), _after.Id);
        }

        _after = _after with { MergedEntityIds = _after.MergedEntityIds.AddRange(merged), LastUpdateTime = now };
    }

    public void Finish() => EntityStore.Put(work, _before, _after);

    private void TakeAlias(EntityRecord source, AliasRecord alias, DateTimeOffset now)
    {
        if (_after.AliasAt(alias.MountAccessor) is { } own)
        {
            if (aliasesToKeep.Contains(own.Id))
            {
                return;
            }

            _after = _after with { Aliases = _after.Aliases.Remove(own) };
        }

        _after = _after with { Aliases = _after.Aliases.Add(alias with { MergedFrom = alias.MergedFrom.Add(source.Id), LastUpdateTime = now }) };
    }
}
