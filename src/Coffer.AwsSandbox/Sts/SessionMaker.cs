using System.Collections.Immutable;
using Coffer.Aws.Policies;
using Coffer.AwsSandbox.Accounts;
using Coffer.AwsSandbox.Calls;
using Coffer.AwsSandbox.Iam;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.Sts;

/// <summary>What the calls that hand out temporary credentials share.</summary>
internal static class SessionMaker
{
    private const int PolicyMax = 2048;
    private const int PolicyArnsMax = 10;

    /// <summary>Session policies of the request, or null when it names none.</summary>
    public static ImmutableArray<PolicyDocument>? Policies(QueryCall call)
    {
        var documents = ImmutableArray.CreateBuilder<PolicyDocument>();
        if (call.Optional("Policy") is not null)
        {
            var policy = IamRead.Document(call, "Policy", PolicyUse.Identity);
            if (policy.Text.Length > PolicyMax)
            {
                throw QueryCall.Constraint("'...'", "Policy", $"Member must have length less than or equal to {PolicyMax}");
            }

            documents.Add(policy.Document);
        }

        var arns = call.Members("PolicyArns", ".arn");
        if (arns.Count > PolicyArnsMax)
        {
            throw QueryCall.Constraint("'[...]'", "PolicyArns", $"Member must have length less than or equal to {PolicyArnsMax}");
        }

        foreach (var arn in arns)
        {
            var policy = call.Account.Policies.GetValueOrDefault(arn)
                ?? throw AwsFault.BadPolicy($"The specified managed policy does not exist: {arn}");
            documents.Add(policy.Current.Document);
        }

        return documents.Count == 0 ? null : documents.DrainToImmutable();
    }

    /// <summary>True when the request proves a second factor; throws when it tries to and fails.</summary>
    public static bool ProvesMfa(QueryCall call)
    {
        if (call.Optional("SerialNumber") is not { } serial)
        {
            return call.Optional("TokenCode") is null
                ? false
                : throw AwsFault.Validation("Must provide both MFA serial number and one time pass code.");
        }

        var code = call.Optional("TokenCode") ?? throw AwsFault.Validation("Must provide both MFA serial number and one time pass code.");
        var device = call.Caller.User?.MfaDevices.Find(device => device.Serial == serial)
            ?? throw AwsFault.Denied("MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.");
        return Totp.Matches(device.Seed, code, call.Now)
            ? true
            : throw AwsFault.Denied("MultiFactorAuthentication failed with invalid MFA one time pass code. ");
    }

    /// <summary>Makes the session, keeps it, and writes its credentials.</summary>
    public static void Issue(
        QueryCall call, Principal principal, int seconds, ImmutableArray<PolicyDocument>? policies, bool withMfa,
        SessionTags? tags = null, string? sourceIdentity = null)
    {
        var ids = call.Account.Ids;
        var session = new Session
        {
            AccessKeyId = ids.AccessKeyId("ASIA"),
            Secret = ids.Secret(),
            Token = ids.SessionToken(),
            Issued = call.Now,
            Expires = call.Now.AddSeconds(seconds),
            Principal = principal,
            Policies = policies,
            WithMfa = withMfa,
            Tags = tags?.All ?? ImmutableDictionary<string, string>.Empty,
            TransitiveTagKeys = tags?.TransitiveKeys ?? [],
            SourceIdentity = sourceIdentity,
        };
        call.Account.AddSession(session);
        call.Out.Open("Credentials").Text("AccessKeyId", session.AccessKeyId).Text("SecretAccessKey", session.Secret)
            .Text("SessionToken", session.Token).Text("Expiration", session.Expires).Close();
    }

    /// <summary>How full the packed policy is, in per cent; only ever roughly right, as nobody knows AWS's packing.</summary>
    public static long PackedPercent(QueryCall call)
    {
        var size = (call.Optional("Policy")?.Length ?? 0) + call.Members("PolicyArns", ".arn").Sum(arn => arn.Length);
        return (size * 100L + PolicyMax - 1) / PolicyMax;
    }
}
