namespace Coffer.Aws.Sts;

/// <summary>What AssumeRole takes. What is null is left out, and AWS's default holds.</summary>
public sealed record AssumeRoleCall
{
    public required string RoleArn { get; init; }

    /// <summary>2 to 64 characters of <c>A-Z a-z 0-9 + = , . @ _ -</c>.</summary>
    public required string SessionName { get; init; }

    /// <summary>15 minutes up to the role's maximum; one hour at most when the caller is itself a role.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>A policy that narrows the session, as JSON of at most 2,048 characters.</summary>
    public string? Policy { get; init; }

    /// <summary>Managed policies that narrow the session, at most 10.</summary>
    public IReadOnlyList<string> PolicyArns { get; init; } = [];

    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    public string? ExternalId { get; init; }

    public string? SourceIdentity { get; init; }
}
