using Coffer.Aws.Signing;

namespace Coffer.Aws.Sts;

/// <summary>The calls of STS. Every method throws <see cref="Calls.AwsException"/> and nothing else, besides cancellation.</summary>
public interface IStsClient
{
    /// <summary>Who the credentials belong to. Needs no permission, so it also tells whether a key works yet.</summary>
    ValueTask<AwsIdentity> GetCallerIdentityAsync(CancellationToken cancellation);

    ValueTask<AwsSession> AssumeRoleAsync(AssumeRoleCall call, CancellationToken cancellation);

    /// <summary>Only long-term credentials of a user (or the account's root) may call this.</summary>
    ValueTask<AwsSession> GetFederationTokenAsync(FederationCall call, CancellationToken cancellation);

    /// <summary>Only long-term credentials of a user (or the account's root) may call this.</summary>
    ValueTask<AwsSession> GetSessionTokenAsync(SessionTokenCall call, CancellationToken cancellation);
}

/// <summary>Who a caller is.</summary>
/// <param name="Account">Twelve digits.</param>
/// <param name="Arn">An <c>arn:aws:iam</c> ARN for a user, an <c>arn:aws:sts</c> one for a session.</param>
/// <param name="UserId">Unique and never reused.</param>
public sealed record AwsIdentity(string Account, string Arn, string UserId);

/// <summary>Temporary credentials.</summary>
/// <param name="Credentials">With session token.</param>
/// <param name="Expires">When AWS stops taking them.</param>
/// <param name="Arn">Who one is with them; null after GetSessionToken, which changes nothing about that.</param>
/// <param name="UserId">The unique id that goes with <paramref name="Arn"/>.</param>
public sealed record AwsSession(AwsCredentials Credentials, DateTimeOffset Expires, string? Arn, string? UserId);

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

/// <summary>What GetFederationToken takes. Without any policy the session may do nothing.</summary>
public sealed record FederationCall
{
    /// <summary>2 to 32 characters of <c>A-Z a-z 0-9 + = , . @ _ -</c>.</summary>
    public required string Name { get; init; }

    /// <summary>15 minutes to 36 hours; default 12 hours.</summary>
    public TimeSpan? Duration { get; init; }

    public string? Policy { get; init; }

    public IReadOnlyList<string> PolicyArns { get; init; } = [];

    public IReadOnlyDictionary<string, string>? Tags { get; init; }
}

/// <summary>What GetSessionToken takes.</summary>
public sealed record SessionTokenCall
{
    /// <summary>15 minutes to 36 hours; default 12 hours.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>The caller's multi-factor device, with <see cref="TokenCode"/>.</summary>
    public string? SerialNumber { get; init; }

    /// <summary>Six digits from that device.</summary>
    public string? TokenCode { get; init; }
}
