namespace Coffer.Kernel.Tokens;

/// <summary>A token that may do everything and never ends.</summary>
internal static class RootToken
{
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
