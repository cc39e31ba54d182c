using System.Collections.Immutable;

namespace Coffer.Sdk.Engines;

/// <summary>What an engine may know of the caller. Nothing here lets it act as the caller.</summary>
/// <param name="Scope">
/// A stable, unguessable id of the token itself, for what is kept per token (cubbyholes). Empty for a caller without a token of its own.
/// </param>
public sealed record CallerView(
    string DisplayName, string Accessor, string Scope, string EntityId, ImmutableArray<string> Policies, bool IsBatch)
{
    /// <summary>Nobody: a request that carried no token.</summary>
    public static CallerView None { get; } = new("", "", "", "", [], IsBatch: false);
}
