using System.Globalization;
using Coffer.AwsSandbox.Accounts;
using Coffer.AwsSandbox.Policies;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.Calls;

/// <summary>The condition keys that every call has.</summary>
internal static class Context
{
    public static PolicyRequest Of(ServiceCall call, string action, string resource)
    {
        var caller = call.Caller;
        var request = new PolicyRequest { Action = action, Resource = resource }
            .With("aws:CurrentTime", Xml.FormatTime(call.Now))
            .With("aws:EpochTime", call.Now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture))
            .With("aws:SourceIp", call.Request.Source.ToString())
            .With("aws:SecureTransport", call.Request.IsTls ? "true" : "false")
            .With("aws:UserAgent", call.Request.Header("user-agent"))
            .With("aws:RequestedRegion", call.Region)
            .With("aws:PrincipalArn", caller.Role?.Arn ?? caller.Arn)
            .With("aws:PrincipalAccount", call.Account.AccountId)
            .With("aws:ResourceAccount", call.Account.AccountId)
            .With("aws:PrincipalType", caller.Kind switch
            {
                PrincipalKind.Root => "Account",
                PrincipalKind.AssumedRole => "AssumedRole",
                PrincipalKind.FederatedUser => "FederatedUser",
                _ => "User",
            })
            .With("aws:userid", caller.UserId);
        if (caller.Kind == PrincipalKind.User)
        {
            request.With("aws:username", caller.User?.Name);
        }

        AddTags(request, "aws:PrincipalTag/", caller.Role?.Tags ?? caller.User?.Tags ?? []);
        if (caller.Session is { } session)
        {
            AddTags(request, "aws:PrincipalTag/", session.Tags);
            request.With("aws:TokenIssueTime", Xml.FormatTime(session.Issued))
                .With("aws:SourceIdentity", session.SourceIdentity)
                .With("aws:MultiFactorAuthPresent", session.WithMfa ? "true" : "false");
        }

        return request;
    }

    public static void AddTags(PolicyRequest request, string prefix, IEnumerable<KeyValuePair<string, string>> tags)
    {
        foreach (var (key, value) in tags)
        {
            request.With(prefix + key, value);
        }
    }
}
