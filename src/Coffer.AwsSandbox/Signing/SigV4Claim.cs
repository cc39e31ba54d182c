using System.Collections.Immutable;
using Coffer.Aws.Signing;

namespace Coffer.AwsSandbox.Signing;

/// <summary>What a request says about its own signature. Nothing of it is to be believed before it has been verified.</summary>
public sealed record SigV4Claim
{
    /// <summary>Whose key it claims to be signed with.</summary>
    public required string AccessKeyId { get; init; }

    public required CredentialScope Scope { get; init; }

    /// <summary>The signing time, to the second.</summary>
    public required DateTimeOffset SignedAt { get; init; }

    /// <summary>Names of the headers covered, lower case and ordered.</summary>
    public required ImmutableArray<string> SignedHeaders { get; init; }

    /// <summary>Lower-case hex, 64 characters.</summary>
    public required string Signature { get; init; }

    /// <summary>Null when the request carries none.</summary>
    public string? SessionToken { get; init; }

    /// <summary>For a presigned URL, how long it holds; null for a signature in the Authorization header.</summary>
    public TimeSpan? Expires { get; init; }

    public override string ToString() => $"SigV4Claim({AccessKeyId}, {Scope})";
}

/// <summary>Why a signature is refused. Each kind has its own error code at AWS.</summary>
public enum SigV4FaultKind
{
    /// <summary>The request carries no signature at all.</summary>
    Missing,

    /// <summary>A part of the signature is missing, malformed or of an unknown algorithm.</summary>
    Incomplete,

    /// <summary>The signing time is too far behind, or a presigned URL has run out.</summary>
    Expired,

    /// <summary>The signing time is too far ahead.</summary>
    NotYetCurrent,

    /// <summary>A header that must be covered is not.</summary>
    HeaderNotSigned,

    /// <summary>Everything is in place, and the signature is another.</summary>
    Mismatch,
}

/// <summary>A refused signature.</summary>
/// <param name="Kind">Decides the error code.</param>
/// <param name="Message">For the client; holds no secret.</param>
public sealed record SigV4Fault(SigV4FaultKind Kind, string Message);
