using Coffer.AwsSandbox.Accounts;
using Coffer.AwsSandbox.Calls;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.Sts;

/// <summary>GetFederationToken and GetSessionToken: both want long-term credentials.</summary>
internal static class FederationActions
{
    private const int SecondsMax = 129_600;
    private const int SecondsDefault = 43_200;
    private const int RootSecondsMax = 3600;

    public static void AuthorizeFederation(QueryCall call)
    {
        DemandLongTerm(call);
        if (call.Caller.Kind != PrincipalKind.Root)
        {
            var tags = SessionTags.Of(call);
            Authorizer.Demand(call.Caller, tags.Ask(call.Judged("sts:GetFederationToken", ArnOf(call))));
            if (tags.NeedPermission)
            {
                Authorizer.Demand(call.Caller, tags.Ask(call.Judged("sts:TagSession", ArnOf(call))));
            }
        }
    }

    /// <summary>Policies have no say here, AWS's documentation says so.</summary>
    public static void AuthorizeSession(QueryCall call) => DemandLongTerm(call);

    public static void GetFederationToken(QueryCall call)
    {
        var name = call.Bounded("Name", 2, 32);
        if (name.Any(letter => !char.IsAsciiLetterOrDigit(letter) && !"_+=,.@-".Contains(letter, StringComparison.Ordinal)))
        {
            throw QueryCall.Constraint($"'{name}'", "Name", @"Member must satisfy regular expression pattern: [\w+=,.@-]*");
        }

        var seconds = Seconds(call);
        var policies = SessionMaker.Policies(call);
        var principal = new Principal
        {
            Kind = PrincipalKind.FederatedUser,
            Arn = ArnOf(call),
            UserId = $"{call.Account.AccountId}:{name}",
            User = call.Caller.User,
        };

        // Without a session policy a federated user may do nothing at all.
        SessionMaker.Issue(call, principal, seconds, policies ?? [], withMfa: false, SessionTags.Of(call));
        call.Out.Open("FederatedUser").Text("FederatedUserId", principal.UserId).Text("Arn", principal.Arn).Close();
        if (policies is not null)
        {
            call.Out.Text("PackedPolicySize", SessionMaker.PackedPercent(call));
        }
    }

    public static void GetSessionToken(QueryCall call)
    {
        var seconds = Seconds(call);
        var withMfa = SessionMaker.ProvesMfa(call);
        SessionMaker.Issue(call, call.Caller, seconds, policies: null, withMfa);
    }

    private static int Seconds(QueryCall call)
    {
        var seconds = call.Number("DurationSeconds", 900, SecondsMax, SecondsDefault);
        return call.Caller.Kind == PrincipalKind.Root ? Math.Min(seconds, RootSecondsMax) : seconds;
    }

    private static string ArnOf(QueryCall call) => $"arn:aws:sts::{call.Account.AccountId}:federated-user/{call.Required("Name")}";

    private static void DemandLongTerm(QueryCall call)
    {
        if (call.Caller.Session is not null)
        {
            throw AwsFault.Denied($"Cannot call {call.Action} with session credentials");
        }
    }
}
