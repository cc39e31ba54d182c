using System.Security.Cryptography;
using System.Text;
using Coffer.Aws.Signing;
using Coffer.AwsSandbox.Accounts;
using Coffer.AwsSandbox.Signing;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.Calls;

/// <summary>Finds out who signed a request, and refuses it in AWS's words when nobody who may did.</summary>
internal sealed class Authenticator(Account account, TimeSpan skewMax)
{
    /// <summary>The claim of a request; throws when it has none or a malformed one.</summary>
    public static SigV4Claim ReadClaim(WireRequest request, ISignatureRules rules)
    {
        var plain = Covered(request, SigV4Request.EmptyPayloadHash);
        return SigV4Verification.TryReadClaim(plain, out var claim, out var fault) && claim is not null
            ? claim
            : throw rules.Unreadable(fault ?? new SigV4Fault(SigV4FaultKind.Incomplete, "The signature cannot be read."), request);
    }

    /// <summary>The caller, and the request as it was meant: S3's may come in signed chunks or in a URL that was signed in advance.</summary>
    public (Principal Caller, WireRequest Request) Authenticate(WireRequest request, SigV4Claim claim, ISignatureRules rules)
    {
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
            CheckToken(session, claim, rules);
        }
        else if (key is null || !key.Active || now < key.UsableFrom || claim.SessionToken is not null)
        {
            throw rules.UnknownKey();
        }

        var payload = rules.PayloadHash(request, claim);
        var secret = session?.Secret ?? key?.Secret ?? throw rules.UnknownKey();
        if (SigV4Verification.Verify(Covered(request, payload), claim, secret, now, skewMax) is { } fault)
        {
            throw rules.Refused(fault, claim);
        }

        // Only a caller who holds the secret learns this, as at AWS.
        if (session is not null && now >= session.Expires)
        {
            throw rules.ExpiredToken();
        }

        var plain = rules.Plain(request, claim, payload, secret);
        lock (account.Gate)
        {
            return (Admit(key, session, claim, now) ?? throw rules.UnknownKey(), plain);
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

    private static void CheckToken(Session session, SigV4Claim claim, ISignatureRules rules)
    {
        if (claim.SessionToken is not { } token)
        {
            throw rules.UnknownKey();
        }

        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(session.Token)))
        {
            throw rules.WrongToken();
        }
    }

    private static SigV4Request Covered(WireRequest request, string payloadHash) => new()
    {
        Method = request.Method,
        RawPath = request.RawPath,
        RawQuery = request.RawQuery,
        Headers = request.Headers,
        PayloadHash = payloadHash,
    };
}
