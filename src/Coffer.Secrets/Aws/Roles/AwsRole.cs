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

    public string UserPath { get; init; } = "";

    public string PermissionsBoundaryArn { get; init; } = "";

    /// <summary>Made with the legacy parameters and not written since: the path alone decides about the kind of credentials.</summary>
    public bool ProhibitFlexibleCredPath { get; init; }

    public static string KeyOf(string name) => KeyPrefix + name;

    /// <summary>
    /// Why no role has this name; null when one may. The name is part of a path of storage keys, in which Vault takes two dots in a row for a step
    /// upwards.
    /// </summary>
    public static string? NameProblem(string name) => name.Contains("..", StringComparison.Ordinal)
        ? GoText.Errors(["relative paths not supported: the name of a role cannot have two dots in a row"])
        : null;

    public bool Gives(string type) => CredentialTypes.Contains(type, StringComparer.Ordinal);
}
