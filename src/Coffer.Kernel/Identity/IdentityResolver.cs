using System.Collections.Concurrent;
using System.Collections.Immutable;
using Coffer.Kernel.Transactions;
using Coffer.Policies;
using Coffer.Policies.Explain;

namespace Coffer.Kernel.Identity;

/// <summary>Finds what an entity gives its tokens. Each request reads it again, and the commit checks what was read, so a change counts at once.</summary>
public sealed class IdentityResolver
{
    private static readonly ImmutableSortedDictionary<string, string> NoText =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    private readonly ConcurrentDictionary<string, Resolved> _resolved = new(StringComparer.Ordinal);

    /// <summary>The identity behind a token; null when its entity is disabled or gone, and the token opens nothing.</summary>
    /// <param name="entityId">As the token has it; empty for a token that belongs to nobody.</param>
    public async ValueTask<CallerIdentity?> FindAsync(UnitOfWork work, string entityId, CancellationToken cancellation)
    {
        if (entityId.Length == 0)
        {
            return CallerIdentity.None;
        }

        var entity = await EntityStore.FindActingAsync(work, entityId, cancellation);
        return entity is null or { Disabled: true } ? null : await OfAsync(work, entity, cancellation);
    }

    /// <summary>What an entity gives, disabled or not.</summary>
    public async ValueTask<CallerIdentity> OfAsync(UnitOfWork work, EntityRecord entity, CancellationToken cancellation)
    {
        List<GroupRecord> groups = entity.GroupIds.IsEmpty ? [] : await GroupStore.WithParentsAsync(work, entity.GroupIds, cancellation);
        if (_resolved.TryGetValue(entity.Id, out var known) && known.Matches(entity, groups))
        {
            return known.Identity;
        }

        if (_resolved.Count >= Limits.IdentityCacheMax)
        {
            _resolved.Clear();
        }

        var identity = Resolve(entity, [.. groups]);
        _resolved[entity.Id] = new Resolved(entity, identity);
        return identity;
    }

    /// <summary>Forgets everything: at seal.</summary>
    public void Clear() => _resolved.Clear();

    private static CallerIdentity Resolve(EntityRecord entity, ImmutableArray<GroupRecord> groups)
    {
        var origins = entity.Policies.Select(policy => new PolicyOrigin(policy, "entity"))
            .Concat(groups.SelectMany(group => group.Policies.Select(policy => new PolicyOrigin(policy, $"group {group.Name}"))))
            .Where(origin => origin.Policy != "root") // Refused when it is written; nothing that was stored in another way may give it either.
            .ToImmutableArray();
        var policies = origins.Select(origin => origin.Policy)
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal);
        var values = new PolicyTemplateValues
        {
            EntityId = entity.Id,
            EntityName = entity.Name,
            EntityMetadata = entity.Metadata ?? NoText,
            Aliases = entity.Aliases.ToImmutableDictionary(
                alias => alias.MountAccessor,
                alias => new TemplateAlias(alias.Id, alias.Name, alias.Metadata ?? NoText, alias.CustomMetadata ?? NoText),
                StringComparer.Ordinal),
            Groups = [.. groups.Select(group => new TemplateGroup(group.Id, group.Name, group.Metadata ?? NoText))],
        };
        return new CallerIdentity(entity.Id, [.. policies], values, groups) { Origins = origins };
    }

    private sealed record Resolved(EntityRecord Entity, CallerIdentity Identity)
    {
        // The decoded instance is the same as long as the version is: comparing references compares versions.
        public bool Matches(EntityRecord entity, List<GroupRecord> groups)
        {
            if (!ReferenceEquals(entity, Entity) || groups.Count != Identity.Groups.Length)
            {
                return false;
            }

            for (var i = 0; i < groups.Count; i++)
            {
                if (!ReferenceEquals(groups[i], Identity.Groups[i]))
                {
                    return false;
                }
            }

            return true;
        }
    }
}
