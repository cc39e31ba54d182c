using System.Text.RegularExpressions;

namespace Coffer.Secrets.Aws.Roles;

/// <summary>What has to hold of a role as a whole, whatever was written last.</summary>
internal static partial class RoleRules
{
    /// <summary>Begins all tags that this engine puts on users itself.</summary>
    public const string ReservedTagPrefix = "coffer:";

    /// <summary>AWS takes 50 tags on a user; three are ours.</summary>
    public const int TagsMax = 47;

    /// <summary>Everything wrong with a role, in Vault's words where Vault has the rule. Empty when all is well.</summary>
    public static IReadOnlyList<string> Problems(AwsRole role)
    {
        var problems = new List<string>();
        if (role.CredentialTypes.Count == 0)
        {
            problems.Add("did not supply credential_type");
        }

        problems.AddRange(role.CredentialTypes.Where(type => !CredentialType.IsKnown(type)).Select(_ => $"unrecognized credential type: there are {CredentialType.Known}"));
        AddTtlProblems(role, problems);
        AddUserProblems(role, problems);
        AddArnProblems("policy_arns", role.PolicyArns, "policy", managed: true, problems);
        if (!role.Gives(CredentialType.AssumedRole))
        {
            AddWhen(role.RoleArns is { Count: > 0 }, "cannot supply role_arns when credential_type isn't assumed_role", problems);
            AddWhen(role.ExternalId.Length > 0, "cannot supply external_id when credential_type isn't assumed_role", problems);
            AddWhen(role.SessionTags is { Count: > 0 }, "cannot supply session_tags when credential_type isn't assumed_role", problems);
        }
        else
        {
            AddArnProblems("role_arns", role.RoleArns, "role", managed: false, problems);
            problems.AddRange(TagRules.Problems("session_tags", role.SessionTags ?? NoTags, TagRules.SessionTagsMax));
            AddWhen(
                role.ExternalId.Length > 0 && !ExternalIdForm().IsMatch(role.ExternalId),
                "external_id must have 2 to 1224 characters: letters, digits and _+=,.@:/-", problems);
        }

        return problems;
    }

    [GeneratedRegex(@"^/([\x21-\x7F]{0,510}/)?\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex UserPathForm();

    [GeneratedRegex(@"^[A-Za-z0-9_+=,.@:/-]{2,1224}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ExternalIdForm();

    private static readonly Dictionary<string, string> NoTags = [];

    private static void AddTtlProblems(AwsRole role, List<string> problems)
    {
        var sessions = role.Gives(CredentialType.AssumedRole) || role.Gives(CredentialType.FederationToken);
        const string Only = "parameter only valid for assumed_role and federation_token credential types";
        AddWhen(role.DefaultStsTtl != TimeSpan.Zero && !sessions, $"default_sts_ttl {Only}", problems);
        AddWhen(role.MaxStsTtl != TimeSpan.Zero && !sessions, $"max_sts_ttl {Only}", problems);
        AddWhen(
            role.MaxStsTtl > TimeSpan.Zero && role.DefaultStsTtl > role.MaxStsTtl,
            "\"default_sts_ttl\" value must be less than or equal to \"max_sts_ttl\" value", problems);
    }

    private static void AddUserProblems(AwsRole role, List<string> problems)
    {
        var users = role.Gives(CredentialType.IamUser);
        AddWhen(role.DefaultTtl != TimeSpan.Zero && !users, "default_ttl parameter only valid for iam_user credential type", problems);
        AddWhen(role.MaxTtl != TimeSpan.Zero && !users, "max_ttl parameter only valid for iam_user credential type", problems);
        AddWhen(
            role.MaxTtl > TimeSpan.Zero && role.DefaultTtl > role.MaxTtl,
            "\"default_ttl\" value must be less than or equal to \"max_ttl\" value", problems);
        AddWhen(role.UserPath.Length > 0 && !users, "user_path parameter only valid for iam_user credential type", problems);
        AddWhen(
            role.UserPath.Length > 0 && !UserPathForm().IsMatch(role.UserPath),
            @"The specified value for user_path is invalid. It must match '^\/([\x21-\x7F]{0,510}\/)?$' regexp", problems);

        if (role.PermissionsBoundaryArn.Length > 0)
        {
            AddWhen(!users, "cannot supply permissions_boundary_arn when credential_type isn't iam_user", problems);
            var problem = BoundaryProblem(role.PermissionsBoundaryArn);
            AddWhen(problem.Length > 0, $"invalid permissions_boundary_arn parameter: {problem}", problems);
        }

        var tags = role.IamTags ?? NoTags;
        problems.AddRange(TagRules.Problems("iam_tags", tags, TagsMax));
        AddWhen(
            tags.Keys.Any(key => key.StartsWith(ReservedTagPrefix, StringComparison.OrdinalIgnoreCase)),
            $"iam_tags cannot begin with \"{ReservedTagPrefix}\", which marks users of a lease", problems);
    }

    private static string BoundaryProblem(string text) =>
        !Arn.TryParse(text, out var arn, out var problem) ? problem
        : arn.Service != "iam" ? "expected a service of iam"
        : !arn.Resource.StartsWith("policy/", StringComparison.Ordinal) ? "expected a resource type of policy"
        : Arn.Problem(text, "policy", managed: true) ?? "";

    private static void AddArnProblems(string field, IReadOnlyList<string>? arns, string type, bool managed, List<string> problems)
    {
        for (var i = 0; i < arns?.Count; i++)
        {
            if (Arn.Problem(arns[i], type, managed) is { } problem)
            {
                problems.Add($"{field}: number {i + 1}: {problem}");
            }
        }
    }

    private static void AddWhen(bool wrong, string problem, List<string> problems)
    {
        if (wrong)
        {
            problems.Add(problem);
        }
    }
}
