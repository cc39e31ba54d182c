using Coffer.Aws.Policies;
using Coffer.Text;

namespace Coffer.Secrets.Aws.Roles;

/// <summary>A role: what kind of credentials, with which rights. A list that was never set is null; one that was emptied is empty.</summary>
internal sealed record AwsRole
{
    public const string KeyPrefix = "role/";

    /// <summary>One of <see cref="CredentialType"/>; roles made with the legacy parameters may have two.</summary>
    public IReadOnlyList<string> CredentialTypes { get; init; } = [];

    public IReadOnlyList<string>? PolicyArns { get; init; }

    public IReadOnlyList<string>? RoleArns { get; init; }

    /// <summary>JSON without white space, else as it was written; empty for none.</summary>
    public string PolicyDocument { get; init; } = "";

    public IReadOnlyList<string>? IamGroups { get; init; }

    public IReadOnlyDictionary<string, string>? IamTags { get; init; }

    public IReadOnlyDictionary<string, string>? SessionTags { get; init; }

    public string ExternalId { get; init; } = "";

    public TimeSpan DefaultStsTtl { get; init; }

    public TimeSpan MaxStsTtl { get; init; }

    /// <summary>How long credentials of IAM users live, and a renewal adds; zero leaves it to <c>config/lease</c>.</summary>
    public TimeSpan DefaultTtl { get; init; }

    /// <summary>How long credentials of IAM users live with all renewals; zero leaves it to <c>config/lease</c>.</summary>
    public TimeSpan MaxTtl { get; init; }

    public string UserPath { get; init; } = "";

    public string PermissionsBoundaryArn { get; init; } = "";

    /// <summary>Made with the legacy parameters and not written since: the path alone decides about the kind of credentials.</summary>
    public bool ProhibitFlexibleCredPath { get; init; }

    public static string KeyOf(string name) => KeyPrefix + name;

    /// <summary>What to tell about a role whose users may do nothing; null when they may do something, or when it makes no users.</summary>
    /// <remarks>A document without an Allow grants nothing either. What cannot be read as a policy is for AWS to judge.</remarks>
    public string? EmptyNotice() =>
        Gives(CredentialType.IamUser) && PolicyArns is not { Count: > 0 } && IamGroups is not { Count: > 0 } && !MayAllow(PolicyDocument)
            ? "this role grants nothing: it has no policy_arns, no iam_groups, and no policy_document that allows anything"
            : null;

    private static bool MayAllow(string document)
    {
        try
        {
            return document.Length > 0
                && Coffer.Aws.Policies.PolicyDocument.Parse(document, PolicyUse.Identity).Statements.Any(statement => statement.IsAllow);
        }
        catch (PolicyFormatException)
        {
            return true;
        }
    }

    /// <summary>
    /// Why no role has this name; null when one may. The name is part of a path of storage keys, in which Vault takes two dots in a row for a step
    /// upwards.
    /// </summary>
    public static string? NameProblem(string name) => name.Contains("..", StringComparison.Ordinal)
        ? GoText.Errors(["relative paths not supported: the name of a role cannot have two dots in a row"])
        : null;

    public bool Gives(string type) => CredentialTypes.Contains(type, StringComparer.Ordinal);
}
