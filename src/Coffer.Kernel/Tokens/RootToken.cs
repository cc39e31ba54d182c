using Coffer.Sdk.Primitives;

namespace Coffer.Kernel.Tokens;

/// <summary>A token that may do everything and never ends.</summary>
internal static class RootToken
{
    /// <summary>Characters of a token that <see cref="NewShort"/> makes: what clients expect of a one-time password, which is as long.</summary>
    public const int ShortCharacters = 26;

    private const string ShortPrefix = "s.";

    /// <summary>One without a locator in its text, found by its hash as tokens with an id of the client's choice are; 142 random bits.</summary>
    public static MintedToken NewShort(TokenStore tokens, TimeProvider clock, IRandom random) =>
        tokens.New(Terms(clock), ShortPrefix + random.Base62(ShortCharacters - ShortPrefix.Length));

    /// <summary>The first token of a server.</summary>
    /// <param name="tokens">Makes it.</param>
    /// <param name="clock">For the moment it is made.</param>
    /// <param name="chosen">Its text, where an operator chose one; empty: one is made.</param>
    public static MintedToken New(TokenStore tokens, TimeProvider clock, string chosen) =>
        tokens.New(chosen.Length > 0 ? Terms(clock) with { Path = "auth/token/create", DisplayName = "token" } : Terms(clock), chosen);

    private static TokenRecord Terms(TimeProvider clock) => new() { Policies = ["root"], Path = "auth/token/root", DisplayName = "root", IssueTime = clock.GetUtcNow() };
}
