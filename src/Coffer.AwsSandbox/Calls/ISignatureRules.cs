using Coffer.AwsSandbox.Signing;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.Calls;

/// <summary>What each protocol reads and says in its own way where a request's signature is concerned.</summary>
internal interface ISignatureRules
{
    /// <summary>The payload hash that the signature covers, already held against the body unless it says that the body is not covered.</summary>
    string PayloadHash(WireRequest request, SigV4Claim claim);

    /// <summary>The request as it was meant, once its signature has been verified.</summary>
    /// <param name="request">As received.</param>
    /// <param name="claim">Verified.</param>
    /// <param name="payloadHash">What <see cref="PayloadHash"/> gave.</param>
    /// <param name="secret">Of the claim's access key.</param>
    WireRequest Plain(WireRequest request, SigV4Claim claim, string payloadHash, string secret);

    /// <summary>For a request whose signature is missing or cannot be read.</summary>
    AwsFault Unreadable(SigV4Fault fault, WireRequest request);

    /// <summary>For a signature that does not hold.</summary>
    AwsFault Refused(SigV4Fault fault, SigV4Claim claim);

    AwsFault UnknownKey();

    AwsFault WrongToken();

    AwsFault ExpiredToken();
}
