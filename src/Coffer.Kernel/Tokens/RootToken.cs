using Coffer.Sdk.Primitives;

namespace Coffer.Kernel.Tokens;

/// <summary>A token that may do everything and never ends.</summary>
internal static class RootToken
{
    /// <summary>Characters of a token that <see cref="NewShort"/> makes: what clients expect of a one-time password, which is as long.</summary>
    public const int ShortCharacters = 26;

    private const string ShortPrefix = "s.";

    /// <summary>One without a locator in its text, found by its hash as tokens with an id of the client's choice are; 142 random bits.</summary>
    public static (TokenRecord Record, string Text) NewShort(TokenStore tokens, TimeProvider clock, IRandom random)
    {
        var text = ShortPrefix + random.Base62(ShortCharacters - ShortPrefix.Length);
        return (New(tokens, clock).Record with { Hash = tokens.HashOf(text), CustomId = true }, text);
    }

    public static (TokenRecord Record, string Text) New(TokenStore tokens, TimeProvider clock)
    {
        var accessor = tokens.NewAccessor();
        var text = tokens.NewText(accessor);
        return (
            new TokenRecord
            {
                Accessor = accessor,
                Hash = tokens.HashOf(text),
                Policies = ["root"],
                Path = "auth/token/root",
                DisplayName = "root",
                IssueTime = clock.GetUtcNow(),
            },
            text);
    }
}
