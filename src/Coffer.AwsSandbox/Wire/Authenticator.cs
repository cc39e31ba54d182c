using System.Security.Cryptography;
using System.Text;
using Coffer.Aws.Signing;
using Coffer.AwsSandbox.Accounts;
using Coffer.AwsSandbox.S3;

namespace Coffer.AwsSandbox.Wire;

/// <summary>Finds out who signed a request, and refuses it in AWS's words when nobody who may did.</summary>
internal sealed class Authenticator(Account account, TimeSpan skewMax)
{
    private const string InvalidToken = "The security token included in the request is invalid.";

    /// <summary>The claim of a request; throws when it has none or a malformed one.</summary>
    public static SigV4Claim ReadClaim(WireRequest request)
    {
        var plain = Covered(request, SigV4Request.EmptyPayloadHash);
        if (SigV4Verification.TryReadClaim(plain, out var claim, out var fault) && claim is not null)
        {
            return claim;
        }

        throw fault?.Kind == SigV4FaultKind.Missing
            ? new AwsFault(403, "MissingAuthenticationToken", fault.Message)
            : new AwsFault(400, "IncompleteSignature", fault?.Message ?? "The signature cannot be read.");
    }

    /// <summary>The caller, and the request with its body as it was meant: S3's may come in signed chunks.</summary>
    public (Principal Caller, WireRequest Request) Authenticate(WireRequest request, SigV4Claim claim)
    {
        var s3 = claim.Scope.Service == "s3";
        var now = account.Now;
        AccessKey? key;
        Session? session;
        lock (account.Gate)
        {
            account.Keys.TryGetValue(claim.AccessKeyId, out key);
            account.Sessions.TryGetValue(claim.AccessKeyId, out session);
        }

        if (session is not null)
        {
            CheckToken(session, claim, s3);
        }
        else if (key is null || !key.Active || now < key.UsableFrom || claim.SessionToken is not null)
        {
            throw Unknown(s3);
        }

        var payload = s3 ? S3PayloadHash(request, claim) : SigV4.HashPayload(request.Body);
        var secret = session?.Secret ?? key?.Secret ?? throw Unknown(s3);
        if (SigV4Verification.Verify(Covered(request, payload), claim, secret, now, skewMax) is { } fault)
        {
            throw Refuse(fault, s3);
        }

        // Told only to whoever holds the secret, as at AWS.
        if (session is not null && now >= session.Expires)
        {
            throw s3
                ? new AwsFault(400, "ExpiredToken", "The provided token has expired.")
                : new AwsFault(403, "ExpiredToken", "The security token included in the request is expired");
        }

        var plain = payload.StartsWith("STREAMING-", StringComparison.Ordinal)
            ? request.WithBody(ChunkedBody.Decode(payload, request.Body, claim, secret))
            : request;
        lock (account.Gate)
        {
            return (Admit(key, session, claim, now) ?? throw Unknown(s3), plain);
        }
    }

    /// <summary>Null when what the key belongs to has been deleted meanwhile.</summary>
    private Principal? Admit(AccessKey? key, Session? session, SigV4Claim claim, DateTimeOffset now)
    {
        if (session is not null)
        {
            var who = session.Principal;
            var userLives = who.User is null || (account.Users.TryGetValue(who.User.Name, out var user) && ReferenceEquals(user, who.User));
            var roleLives = who.Role is null || (account.Roles.TryGetValue(who.Role.Name, out var role) && ReferenceEquals(role, who.Role));
            return userLives && roleLives ? who with { Session = session } : null;
        }

        if (key is null || !account.Keys.TryGetValue(key.Id, out var current) || !ReferenceEquals(current, key))
        {
            return null;
        }

        key.LastUse = new KeyUse(now, claim.Scope.Service, claim.Scope.Region);
        return account.PrincipalOf(key);
    }

    private static void CheckToken(Session session, SigV4Claim claim, bool s3)
    {
        var given = Encoding.UTF8.GetBytes(claim.SessionToken ?? "");
        if (!CryptographicOperations.FixedTimeEquals(given, Encoding.UTF8.GetBytes(session.Token)))
        {
            throw Unknown(s3);
        }
    }

    /// <summary>S3 signs the hash that a header names, so that header is held against the body here.</summary>
    private static string S3PayloadHash(WireRequest request, SigV4Claim claim)
    {
        if (claim.Expires is not null)
        {
            return SigV4Request.UnsignedPayload;
        }

        var named = request.Header("x-amz-content-sha256")
            ?? throw new AwsFault(400, "InvalidRequest", "Missing required header for this request: x-amz-content-sha256");
        if (named == SigV4Request.UnsignedPayload)
        {
            return named;
        }

        if (named.StartsWith("STREAMING-", StringComparison.Ordinal))
        {
            // Chunk signatures are checked where the chunks are taken apart.
            return named;
        }

        return named == SigV4.HashPayload(request.Body)
            ? named
            : throw new AwsFault(400, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.");
    }

    private static SigV4Request Covered(WireRequest request, string payloadHash) => new()
    {
        Method = request.Method,
        RawPath = request.RawPath,
        RawQuery = request.RawQuery,
        Headers = request.Headers,
        PayloadHash = payloadHash,
    };

    private static AwsFault Unknown(bool s3) => s3
        ? new AwsFault(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.")
        : new AwsFault(403, "InvalidClientTokenId", InvalidToken);

    private static AwsFault Refuse(SigV4Fault fault, bool s3) => fault.Kind switch
    {
        SigV4FaultKind.Incomplete => new AwsFault(400, "IncompleteSignature", fault.Message),
        SigV4FaultKind.HeaderNotSigned when s3 => new AwsFault(403, "AccessDenied", fault.Message),
        SigV4FaultKind.HeaderNotSigned => new AwsFault(403, "SignatureDoesNotMatch", fault.Message),
        SigV4FaultKind.Expired or SigV4FaultKind.NotYetCurrent when s3 =>
            new AwsFault(403, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large."),
        _ => new AwsFault(403, "SignatureDoesNotMatch", fault.Message),
    };
}
