using Coffer.Policies.Explain;

namespace Coffer.Kernel.Tokens;

/// <summary>What was found under a token's text or accessor.</summary>
/// <param name="Record">Null when it is unknown; a record that is not good is for explaining only.</param>
public readonly record struct TokenLook(TokenState State, TokenRecord? Record)
{
    /// <summary>Nothing.</summary>
    public static TokenLook Unknown { get; } = new(TokenState.Unknown, null);

    /// <summary>The record if it is good, else null.</summary>
    public TokenRecord? Live => State == TokenState.Valid ? Record : null;
}
