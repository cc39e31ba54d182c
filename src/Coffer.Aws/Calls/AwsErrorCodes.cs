using System.Collections.Frozen;
using System.Net;

namespace Coffer.Aws.Calls;

/// <summary>The one place where an error code of AWS becomes a kind.</summary>
internal static class AwsErrorCodes
{
    /// <summary>The narrowest bound that a service of AWS sets to the time of a signature.</summary>
    private static readonly TimeSpan ClockOffMax = TimeSpan.FromMinutes(5);

    private static readonly FrozenDictionary<string, AwsErrorKind> Kinds = Table(
        (AwsErrorKind.Throttled,
            ["Throttling", "Throttled", "RequestThrottled", "TooManyRequests", "RequestLimitExceeded", "BandwidthLimitExceeded",
                "SlowDown", "PriorRequestNotComplete"]),
        (AwsErrorKind.NotFound, ["NoSuchEntity", "NotFound", "NoSuchBucket", "NoSuchKey", "ResourceNotFound"]),
        (AwsErrorKind.AccessDenied,
            ["AccessDenied", "UnauthorizedOperation", "NotAuthorized", "InvalidClientTokenId", "UnrecognizedClient", "SignatureDoesNotMatch",
                "InvalidSignature", "ExpiredToken", "RequestExpired", "MissingAuthenticationToken", "IncompleteSignature", "AuthFailure",
                "OptInRequired", "InvalidAccessKeyId", "RequestTimeTooSkewed", "RequestInTheFuture", "RegionDisabled"]),
        (AwsErrorKind.LimitExceeded, ["LimitExceeded", "ServiceQuotaExceeded"]),
        (AwsErrorKind.Conflict,
            ["EntityAlreadyExists", "DeleteConflict", "ConcurrentModification", "EntityTemporarilyUnmodifiable"]),
        (AwsErrorKind.Server, ["ServiceFailure", "InternalFailure", "InternalError", "ServiceUnavailable"]));

    public static AwsErrorKind KindOf(string code, HttpStatusCode? status) =>
        Kinds.TryGetValue(Plain(code), out var kind) ? kind : (int?)status switch
        {
            429 => AwsErrorKind.Throttled,
            404 => AwsErrorKind.NotFound,
            401 or 403 => AwsErrorKind.AccessDenied,
            409 => AwsErrorKind.Conflict,
            >= 400 and < 500 => AwsErrorKind.InvalidInput,
            >= 500 => AwsErrorKind.Server,
            _ => AwsErrorKind.Unknown,
        };

    /// <summary>True for the conflicts that pass by themselves: the call has changed nothing and may be repeated.</summary>
    public static bool IsPassingConflict(string code) => Plain(code) is "ConcurrentModification" or "EntityTemporarilyUnmodifiable";

    /// <summary>
    /// True when a signature is refused because of its time. IAM and STS have one code for this and for a wrong key, so the answer's date decides, and AWS's
    /// sentence where there is no date.
    /// </summary>
    public static bool IsAboutTime(string code, string detail, TimeSpan? clockAhead) => Plain(code) switch
    {
        "RequestTimeTooSkewed" or "RequestExpired" or "RequestInTheFuture" => true,
        "SignatureDoesNotMatch" or "InvalidSignature" => clockAhead is { } ahead
            ? ahead.Duration() > ClockOffMax
            : detail.StartsWith("Signature expired", StringComparison.Ordinal) || detail.StartsWith("Signature not yet current", StringComparison.Ordinal),
        _ => false,
    };

    /// <summary>Some services append <c>Exception</c> to the same code.</summary>
    private static string Plain(string code) => code.EndsWith("Exception", StringComparison.Ordinal) ? code[..^9] : code;

    private static FrozenDictionary<string, AwsErrorKind> Table(params (AwsErrorKind Kind, string[] Codes)[] rows) =>
        rows.SelectMany(row => row.Codes, static (row, code) => KeyValuePair.Create(code, row.Kind)).ToFrozenDictionary(StringComparer.Ordinal);
}
