using System.Security.Cryptography;
using System.Text;

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

    /// <summary>Longest name that AWS takes for a policy.</summary>
    private const int NameCharsMax = 128;

    private const string StatementId = "CofferHardEnd";

    /// <summary>In the order to put them: with the first one the end is set.</summary>
    public static IReadOnlyList<InlinePolicy> For(string role, string document, DateTimeOffset hardEnd)
    {
        var statement =
            $$$$"""{"Sid":"{{{{StatementId}}}}","Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"{{{{UserTags.Time(hardEnd)}}}}"}}}""";
        if (!document.Contains(StatementId, StringComparison.Ordinal) && PolicyText.TryAppend(document, statement, out var extended))
        {
            return [new InlinePolicy(NameOf(role), extended)];
        }

        var own = new InlinePolicy(HardEndNameBeside(role), $$$"""{"Version":"2012-10-17","Statement":[{{{statement}}}]}""");
        return document.Length > 0 ? [own, new InlinePolicy(NameOf(role), document)] : [own];
    }

    /// <summary>The name of a role's own policy: the role's, cut and with a hash of the whole where it is longer than AWS takes.</summary>
    public static string NameOf(string role)
    {
        const int HashChars = 32;
        return role.Length <= NameCharsMax
            ? role
            : $"{role[..(NameCharsMax - HashChars - 1)]}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(role)))[..HashChars]}";
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
