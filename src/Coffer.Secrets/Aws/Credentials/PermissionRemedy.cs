using System.Text.RegularExpressions;
using Coffer.Aws.Calls;

namespace Coffer.Secrets.Aws.Credentials;

/// <summary>
/// What helps where AWS denied an action. Its sentence says which policies decided: "with an explicit deny in a POLICY", or "because no POLICY allows".
/// An assumed role that is not there is denied in the same words as one whose trust policy does not name the caller.
/// </summary>
internal static partial class PermissionRemedy
{
    private const string Own = "identity-based policy";
    private const string AssumeRole = "sts:AssumeRole";

    public static string Of(AwsException error)
    {
        var action = Denied().Match(error.Detail) is { Success: true } denied ? denied.Groups[1].Value : error.Operation;
        if (error.Detail.Contains("explicit deny", StringComparison.Ordinal))
        {
            return $"{Kind(ExplicitDeny().Match(error.Detail), "policy")} denies {action} to the credentials of this mount, and no permission that is added outweighs that: change the statement that denies it";
        }

        var missing = NothingAllows().Match(error.Detail);
        if (missing.Success && missing.Groups[1].Value != Own)
        {
            return action == AssumeRole && missing.Groups[1].Value == "resource-based policy"
                ? "the trust policy of the role does not let the credentials of this mount assume it: name their user there"
                : $"{Kind(missing, "policy")} does not allow {action} to the credentials of this mount: it has to, beside their own policy";
        }

        return action == AssumeRole && !missing.Success
            ? "either the role does not exist, or its trust policy does not name the user of this mount's credentials, or that user's policy lacks sts:AssumeRole on it: look at all three"
            : $"the credentials of this mount lack {WithTags(action)}: add it to their policy";
    }

    private static string Kind(Match found, string otherwise)
    {
        var kind = found.Success ? found.Groups[1].Value : otherwise;
        return $"{(kind[0] is 'a' or 'e' or 'i' or 'o' ? "an" : "a")} {kind}";
    }

    /// <summary>The call that makes a user tags it as well, which AWS treats as an action of its own.</summary>
    private static string WithTags(string action) => action == "iam:CreateUser" ? "iam:CreateUser or iam:TagUser" : action;

    [GeneratedRegex("not authorized to perform: ([a-z0-9-]{1,32}:[A-Za-z0-9]{1,64})", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Denied();

    [GeneratedRegex("explicit deny in an? ([A-Za-z -]{1,40} policy|permissions boundary)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ExplicitDeny();

    [GeneratedRegex("because no ([A-Za-z -]{1,40} policy|permissions boundary) allows", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NothingAllows();
}
