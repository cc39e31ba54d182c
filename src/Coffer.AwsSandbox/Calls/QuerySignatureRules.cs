using Coffer.Aws.Signing;
using Coffer.AwsSandbox.Signing;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.Calls;

/// <summary>Signatures of IAM and STS.</summary>
internal sealed class QuerySignatureRules : ISignatureRules
{
    public string PayloadHash(WireRequest request, SigV4Claim claim) => SigV4.HashPayload(request.Body);

    public WireRequest Plain(WireRequest request, SigV4Claim claim, string payloadHash, string secret) => request;

    public AwsFault Unreadable(SigV4Fault fault, WireRequest request) => fault.Kind == SigV4FaultKind.Missing
        ? new AwsFault(403, "MissingAuthenticationToken", fault.Message)
        : new AwsFault(400, "IncompleteSignature", fault.Message);

    public AwsFault Refused(SigV4Fault fault, SigV4Claim claim) => fault.Kind == SigV4FaultKind.Incomplete
        ? new AwsFault(400, "IncompleteSignature", fault.Message)
        : new AwsFault(403, "SignatureDoesNotMatch", fault.Message);

    public AwsFault UnknownKey() => new(403, "InvalidClientTokenId", "The security token included in the request is invalid.");

    public AwsFault WrongToken() => UnknownKey();

    public AwsFault ExpiredToken() => new(403, "ExpiredToken", "The security token included in the request is expired");
}
