namespace Coffer.Secrets.Aws.Credentials;

/// <summary>An inline policy of a user.</summary>
internal sealed record InlinePolicy(string Name, string Document);

/// <summary>
/// A user's inline policies: the role's, and a statement that denies everything after the hard end. AWS enforces it by itself, so the key dies on
/// time even when nobody revokes it. The statement joins the role's document where it can, which costs no call of its own.
/// </summary>
internal static class InlinePolicies
{
    /// <summary>What the inline policies of one user may have together, white space not counted: AWS's limit.</summary>
    public const int CharsMax = 2048;

    /// <summary>Name of the policy that holds the hard end when it is not in the role's own.</summary>
    public const string HardEndName = "coffer-hard-end";

    private const string StatementId = "CofferHardEnd";

    /// <summary>In the order to put them: with the first one the end is set.</summary>
    public static IReadOnlyList<InlinePolicy> For(string role, string document, DateTimeOffset hardEnd)
    {
        var statement =
            $$$$"""{"Sid":"{{{{StatementId}}}}","Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"{{{{UserTags.Time(hardEnd)}}}}"}}}""";
        if (!document.Contains(StatementId, StringComparison.Ordinal) && PolicyText.TryAppend(document, statement, out var extended))
        {
            return [new InlinePolicy(role, extended)];
        }

        var own = new InlinePolicy(HardEndNameBeside(role), $$$"""{"Version":"2012-10-17","Statement":[{{{statement}}}]}""");
        return document.Length > 0 ? [own, new InlinePolicy(role, document)] : [own];
    }

    /// <summary>Why a role's document leaves no room for the hard end; null when it does.</summary>
    public static string? TooLong(string role, string document)
    {
        var needed = For(role, document, DateTimeOffset.UnixEpoch).Sum(policy => PolicyText.CountedChars(policy.Document));
        return needed <= CharsMax
            ? null
            : $"policy_document is {needed - CharsMax} characters too long: the inline policies of an IAM user may have {CharsMax} together, and "
                + $"{needed - PolicyText.CountedChars(document)} of them end the credentials on time; move statements to a managed policy in policy_arns";
    }

    private static string HardEndNameBeside(string role) => role == HardEndName ? $"{HardEndName}-2" : HardEndName;
}
