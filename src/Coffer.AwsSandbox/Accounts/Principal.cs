using System.Collections.Immutable;
using Coffer.Aws.Policies;

namespace Coffer.AwsSandbox.Accounts;

internal enum PrincipalKind
{
    Root,
    User,
    AssumedRole,
    FederatedUser,
}

/// <summary>Who makes a call, once the signature has been verified.</summary>
internal sealed record Principal
{
    public required PrincipalKind Kind { get; init; }

    public required string Arn { get; init; }

    public required string UserId { get; init; }

    /// <summary>The user whose policies count: the caller, or the one behind a federated user. Null for root and roles.</summary>
    public User? User { get; init; }

    public Role? Role { get; init; }

    public Session? Session { get; init; }
}

/// <summary>Temporary credentials that are out in the world.</summary>
internal sealed record Session
{
    public required string AccessKeyId { get; init; }

    public required string Secret { get; init; }

    public required string Token { get; init; }

    public required DateTimeOffset Issued { get; init; }

    public required DateTimeOffset Expires { get; init; }

    public required Principal Principal { get; init; }

    /// <summary>Narrow what the session may do. Null means they do not count; empty means nothing is allowed.</summary>
    public ImmutableArray<PolicyDocument>? Policies { get; init; }

    public IReadOnlyDictionary<string, string> Tags { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Keys of <see cref="Tags"/> that a role assumed with this session inherits.</summary>
    public ImmutableHashSet<string> TransitiveTagKeys { get; init; } = [];

    /// <summary>Who is behind the session, in the words of the one who made the first of its chain; null when nothing was said.</summary>
    public string? SourceIdentity { get; init; }

    public bool WithMfa { get; init; }
}
