using System.Collections.Immutable;
using Coffer.Policies;
using Coffer.Policies.Explain;

namespace Coffer.Kernel.Identity;

/// <summary>What a caller's entity and its groups give at this moment.</summary>
/// <param name="EntityId">The entity that acts: after a merge not the one that the token was made for. Empty without an entity.</param>
/// <param name="Policies">Canonical, sorted, each once; never <c>root</c>.</param>
/// <param name="Values">What templates in policies stand for. The same instance as long as nothing has changed.</param>
/// <param name="Groups">The entity's groups, with those these are in.</param>
public sealed record CallerIdentity(
    string EntityId, ImmutableArray<string> Policies, PolicyTemplateValues Values, ImmutableArray<GroupRecord> Groups)
{
    /// <summary>Where each policy comes from; one that comes from several places is there several times.</summary>
    public ImmutableArray<PolicyOrigin> Origins { get; init; } = [];

    /// <summary>A token that belongs to nobody.</summary>
    public static CallerIdentity None { get; } = new("", [], PolicyTemplateValues.None, []);
}
