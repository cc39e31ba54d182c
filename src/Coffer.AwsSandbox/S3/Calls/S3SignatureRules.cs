using Coffer.Aws.Signing;
using Coffer.AwsSandbox.Calls;
using Coffer.AwsSandbox.Signing;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.S3.Calls;

/// <summary>Signatures of S3: the body may be left uncovered or come in signed chunks, and a URL may be signed in advance.</summary>
internal sealed class S3SignatureRules : ISignatureRules
{
    private const string HashHeader = "x-amz-content-sha256";
    private const string Streaming = "STREAMING-";

    /// <summary>S3 signs the hash that a header names, so that header is held against the body here.</summary>
    public string PayloadHash(WireRequest request, SigV4Claim claim)
    {
        if (claim.Expires is null && PresignedQuery.IsIn(request))
        {
            throw new AwsFault(
                400, "InvalidArgument",
                "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified");
        }

        // A URL is signed before its body is known, so the body is uncovered unless the URL says otherwise.
        var named = request.Header(HashHeader) ?? (claim.Expires is null ? null : PresignedQuery.Header(request, HashHeader) ?? SigV4Request.UnsignedPayload);
        if (named is null)
        {
            throw new AwsFault(400, "InvalidRequest", "Missing required header for this request: x-amz-content-sha256");
        }

        // The signatures of chunks are checked where the chunks are taken apart.
        return named == SigV4Request.UnsignedPayload || named.StartsWith(Streaming, StringComparison.Ordinal) || named == SigV4.HashPayload(request.Body)
            ? named
            : throw new AwsFault(400, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.");
    }

    public WireRequest Plain(WireRequest request, SigV4Claim claim, string payloadHash, string secret)
    {
        var whole = payloadHash.StartsWith(Streaming, StringComparison.Ordinal) ? ChunkedBody.Decode(payloadHash, request, claim, secret) : request;
        return claim.Expires is null ? whole : PresignedQuery.ToHeaders(whole);
    }

    public AwsFault Unreadable(SigV4Fault fault, WireRequest request)
    {
        var header = request.Header("authorization");
        var version2 = header is null ? PresignedQuery.IsOfVersion2(request) : header.StartsWith("AWS ", StringComparison.Ordinal);
        if (version2)
        {
            // AWS's own sentence, and then the setting of the clients that sign URLs in the older way by default.
            return new AwsFault(
                400, "InvalidRequest",
                "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256. "
                    + "Set signature version 4 in your client: aws configure set default.s3.signature_version s3v4, or Config(signature_version=\"s3v4\") in boto3.");
        }

        return fault.Kind == SigV4FaultKind.Missing
            ? new AwsFault(403, "AccessDenied", "The request carries no signature, and the sandbox lets nobody in without one.")
            : Malformed(fault, inQuery: header is null);
    }

    public AwsFault Refused(SigV4Fault fault, SigV4Claim claim) => fault.Kind switch
    {
        SigV4FaultKind.Incomplete => Malformed(fault, claim.Expires is not null),
        SigV4FaultKind.HeaderNotSigned => new AwsFault(403, "AccessDenied", fault.Message),
        SigV4FaultKind.Expired when claim.Expires is not null => new AwsFault(403, "AccessDenied", "Request has expired"),
        SigV4FaultKind.NotYetCurrent when claim.Expires is not null => new AwsFault(403, "AccessDenied", "Request is not yet valid"),
        SigV4FaultKind.Expired or SigV4FaultKind.NotYetCurrent =>
            new AwsFault(403, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large."),
        _ => new AwsFault(403, "SignatureDoesNotMatch", fault.Message),
    };

    public AwsFault UnknownKey() => new(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.");

    public AwsFault WrongToken() => new(400, "InvalidToken", "The provided token is malformed or otherwise invalid.");

    public AwsFault ExpiredToken() => new(400, "ExpiredToken", "The provided token has expired.");

    private static AwsFault Malformed(SigV4Fault fault, bool inQuery) =>
        new(400, inQuery ? "AuthorizationQueryParametersError" : "AuthorizationHeaderMalformed", fault.Message);
}
