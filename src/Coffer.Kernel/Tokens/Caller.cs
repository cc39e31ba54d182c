using System.Collections.Immutable;
using Coffer.Kernel.Identity;
using Coffer.Policies;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.Tokens;

/// <summary>Who asks, proved by a live token, with what the token's policies allow at this moment.</summary>
/// <param name="Token">The record, with this request's use already taken off.</param>
/// <param name="Text">The token as it was sent.</param>
/// <param name="Identity">What the entity and its groups give, at use time.</param>
public sealed record Caller(TokenRecord Token, string Text, Acl Acl, CallerIdentity Identity)
{
    public ImmutableArray<string> AllPolicies => Union(Token.Policies, Identity.Policies);

    /// <summary>The accessor that leases made by this caller end with: a batch token's leases end with its parent.</summary>
    public string LeaseOwner => Token.IsBatch ? Token.Parent : Token.Accessor;

    internal CallerView View => new(Token.DisplayName, Token.Accessor, Token.Accessor, Identity.EntityId, AllPolicies, Token.IsBatch);

    /// <summary>Both sets of policies as one: sorted, each name once.</summary>
    internal static ImmutableArray<string> Union(ImmutableArray<string> own, ImmutableArray<string> identity) =>
        identity.IsEmpty ? own : [.. own.Union(identity, StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    public override string ToString() => $"Caller({Token.Accessor})";
}
