using System.Collections.Immutable;

namespace Coffer.Policies;

/// <summary>All that a caller's policies say, for <c>sys/internal/ui/resultant-acl</c>.</summary>
/// <param name="IsRoot">The root policy: the rest is empty.</param>
/// <param name="ExactPaths">Rules for one path each, by path.</param>
/// <param name="GlobPaths">
/// The other rules, by pattern: one that only ends in <c>*</c> is given without it, as Vault does; one with a <c>+</c> as it is written.
/// </param>
public sealed record ResultantAcl(
    bool IsRoot, ImmutableSortedDictionary<string, GrantedRule> ExactPaths, ImmutableSortedDictionary<string, GrantedRule> GlobPaths);
