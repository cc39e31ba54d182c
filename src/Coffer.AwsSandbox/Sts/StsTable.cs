using Coffer.AwsSandbox.Accounts;
using Coffer.AwsSandbox.Calls;

namespace Coffer.AwsSandbox.Sts;

/// <summary>All of STS's actions that the sandbox knows.</summary>
internal static class StsTable
{
    public static QueryService Service() => new(
        "sts", "2011-06-15", "https://sts.amazonaws.com/doc/2011-06-15/",
        [
            // Not even an explicit deny keeps a caller from learning who it is.
            new QueryAction("GetCallerIdentity", static _ => { }, Identity),
            new QueryAction("GetAccessKeyInfo", Authorize, KeyInfo),
            new QueryAction("AssumeRole", AssumeRoleAction.Authorize, AssumeRoleAction.Run),
            new QueryAction("GetFederationToken", FederationActions.AuthorizeFederation, FederationActions.GetFederationToken),
            new QueryAction("GetSessionToken", FederationActions.AuthorizeSession, FederationActions.GetSessionToken),
        ]);

    private static void Identity(QueryCall call) =>
        call.Out.Text("Arn", call.Caller.Arn).Text("UserId", call.Caller.UserId).Text("Account", call.Account.AccountId);

    private static void Authorize(QueryCall call)
    {
        if (call.Caller.Kind != PrincipalKind.Root)
        {
            Authorizer.Demand(call.Caller, call.Judged("sts:GetAccessKeyInfo", "*"));
        }
    }

    /// <summary>Key ids carry their account in them, so AWS answers for keys that never were; here there is but one account.</summary>
    private static void KeyInfo(QueryCall call)
    {
        call.Bounded("AccessKeyId", 16, 128);
        call.Out.Text("Account", call.Account.AccountId);
    }
}
