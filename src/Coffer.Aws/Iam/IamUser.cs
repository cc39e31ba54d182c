using Coffer.Aws.Signing;

namespace Coffer.Aws.Iam;

/// <summary>An IAM user.</summary>
public sealed record IamUser
{
    public required string UserName { get; init; }

    /// <summary>The unique id, <c>AIDA...</c>; never reused, unlike the name.</summary>
    public required string UserId { get; init; }

    public required string Arn { get; init; }

    public required string Path { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>Empty in the answers of ListUsers, which AWS gives without tags.</summary>
    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    /// <summary>ARN of the policy that bounds the user's permissions; null when there is none.</summary>
    public string? PermissionsBoundary { get; init; }
}

/// <summary>What a new user is made with.</summary>
public sealed record NewIamUser
{
    /// <summary>1 to 64 characters of <c>A-Z a-z 0-9 + = , . @ _ -</c>.</summary>
    public required string UserName { get; init; }

    /// <summary>Begins and ends with a slash. Default <c>/</c>.</summary>
    public string Path { get; init; } = "/";

    /// <summary>At most 50.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>ARN of a managed policy, or null.</summary>
    public string? PermissionsBoundary { get; init; }
}

/// <summary>An IAM group.</summary>
public sealed record IamGroup(string GroupName, string GroupId, string Arn, string Path);

/// <summary>An IAM role.</summary>
/// <param name="RoleName">Its name without path.</param>
/// <param name="RoleId">The unique id, <c>AROA...</c>.</param>
/// <param name="Arn">With path.</param>
/// <param name="Path">Begins and ends with a slash.</param>
/// <param name="TrustPolicy">Who may assume it, as JSON.</param>
/// <param name="MaxSessionDuration">One to twelve hours.</param>
public sealed record IamRole(string RoleName, string RoleId, string Arn, string Path, string TrustPolicy, TimeSpan MaxSessionDuration);

/// <summary>A managed policy as attached to a user or group.</summary>
public sealed record IamAttachedPolicy(string PolicyName, string PolicyArn);

/// <summary>An access key without its secret.</summary>
/// <param name="UserName">Whose it is.</param>
/// <param name="AccessKeyId">The public half.</param>
/// <param name="Active">False when it has been deactivated.</param>
/// <param name="Created">When it was made.</param>
public sealed record IamAccessKey(string UserName, string AccessKeyId, bool Active, DateTimeOffset Created);

/// <summary>A fresh access key: the only time AWS shows the secret.</summary>
public sealed record IamNewAccessKey(string UserName, AwsCredentials Credentials, DateTimeOffset Created);

/// <summary>When and where a key was last used.</summary>
/// <param name="UserName">Whose key it is; null when AWS does not say.</param>
/// <param name="LastUsed">Null when it never was.</param>
/// <param name="Service">Such as <c>s3</c>; <c>N/A</c> when never used.</param>
/// <param name="Region">Such as <c>us-east-1</c>; <c>N/A</c> when never used.</param>
public sealed record IamAccessKeyUse(string? UserName, DateTimeOffset? LastUsed, string Service, string Region);

/// <summary>A multi-factor device of a user.</summary>
/// <param name="SerialNumber">For a virtual device its ARN.</param>
public sealed record IamMfaDevice(string SerialNumber)
{
    /// <summary>True when it has to be deleted as well after it has been deactivated.</summary>
    public bool IsVirtual => SerialNumber.Contains(":mfa/", StringComparison.Ordinal);
}
