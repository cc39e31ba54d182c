using System.Text.RegularExpressions;
using Coffer.Aws.Policies;
using Coffer.AwsSandbox.Accounts;
using Coffer.AwsSandbox.Iam;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.Sts;

/// <summary>AssumeRole: the role's trust policy and the caller's own policies decide together.</summary>
internal static partial class AssumeRoleAction
{
    private const int ChainedSecondsMax = 3600;

    public static void Authorize(QueryCall call)
    {
        var arn = call.Bounded("RoleArn", 20, 2048);
        var name = SessionName(call);
        if (call.Caller.Kind == PrincipalKind.Root)
        {
            throw AwsFault.Denied("Roles may not be assumed by root accounts.");
        }

        var role = Find(call.Account, arn);
        if (role is null || call.Caller.Kind == PrincipalKind.FederatedUser)
        {
            throw Refused(call, arn);
        }

        Demand(call, role, name, "sts:AssumeRole", arn);
        if (call.Members("Tags", ".Key").Count > 0)
        {
            // Who passes tags needs this from both sides as well: tags decide about rights.
            Demand(call, role, name, "sts:TagSession", arn);
        }
    }

    private static void Demand(QueryCall call, Role role, string name, string permission, string arn)
    {
        var request = call.Judged(permission, role.Arn)
            .With("sts:ExternalId", call.Optional("ExternalId"))
            .With("sts:RoleSessionName", name)
            .With("sts:SourceIdentity", call.Optional("SourceIdentity"))
            .With("aws:TagKeys", call.Members("Tags", ".Key"));
        Context.AddTags(request, "aws:RequestTag/", IamRead.Tags(call));
        Context.AddTags(request, "aws:ResourceTag/", role.Tags);
        Context.AddTags(request, "iam:ResourceTag/", role.Tags);

        // A policy that names the caller itself is enough by itself; one that names its account leaves the choice to the caller's own policies.
        var named = PolicyEvaluator.EvaluateTrust(role.Trust.Document, request, principal => Names(principal, call.Caller));
        var trusted = PolicyEvaluator.EvaluateTrust(
            role.Trust.Document, request, principal => Names(principal, call.Caller) || NamesAccount(principal, call.Account));
        var (own, _) = Authorizer.Decide(call.Caller, request);
        var allowed = trusted == PolicyDecision.Allow && own != PolicyDecision.ExplicitDeny
            && (own == PolicyDecision.Allow || named == PolicyDecision.Allow);
        if (!allowed)
        {
            throw Refused(call, arn, permission);
        }
    }

    public static void Run(QueryCall call)
    {
        var name = SessionName(call);
        var role = Find(call.Account, call.Required("RoleArn")) ?? throw Refused(call, call.Required("RoleArn"));
        var seconds = call.Number("DurationSeconds", 900, 43200, 3600);
        if (call.Caller.Kind == PrincipalKind.AssumedRole && seconds > ChainedSecondsMax)
        {
            throw AwsFault.Validation("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining");
        }

        if (seconds > role.MaxSessionSeconds)
        {
            throw AwsFault.Validation("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
        }

        var policies = SessionMaker.Policies(call);
        var withMfa = SessionMaker.ProvesMfa(call);
        var principal = new Principal
        {
            Kind = PrincipalKind.AssumedRole,
            Arn = $"arn:aws:sts::{call.Account.AccountId}:assumed-role/{role.Name}/{name}",
            UserId = $"{role.Id}:{name}",
            Role = role,
        };
        SessionMaker.Issue(call, principal, seconds, policies, withMfa, IamRead.Tags(call));
        call.Out.Open("AssumedRoleUser").Text("AssumedRoleId", principal.UserId).Text("Arn", principal.Arn).Close("AssumedRoleUser");
        if (policies is not null)
        {
            call.Out.Text("PackedPolicySize", SessionMaker.PackedPercent(call));
        }

        call.Out.Maybe("SourceIdentity", call.Optional("SourceIdentity"));
    }

    private static string SessionName(QueryCall call)
    {
        var name = call.Bounded("RoleSessionName", 2, 64);
        return SessionNameShape().IsMatch(name)
            ? name
            : throw QueryCall.Constraint($"'{name}'", "RoleSessionName", @"Member must satisfy regular expression pattern: [\w+=,.@-]*");
    }

    private static Role? Find(Account account, string arn)
    {
        var slash = arn.LastIndexOf('/');
        return slash > 0 && account.Roles.TryGetValue(arn[(slash + 1)..], out var role) && role.Arn == arn ? role : null;
    }

    private static bool Names(PolicyPrincipal principal, Principal caller) =>
        principal.Kind == "AWS" && (principal.Id == "*" || principal.Id == caller.Arn || principal.Id == caller.Role?.Arn);

    private static bool NamesAccount(PolicyPrincipal principal, Account account) =>
        principal.Kind == "AWS" && (principal.Id == account.AccountId || principal.Id == account.RootArn);

    /// <summary>The same words whether the role exists or not, as at AWS.</summary>
    private static AwsFault Refused(QueryCall call, string arn, string permission = "sts:AssumeRole") =>
        AwsFault.Denied($"User: {call.Caller.Arn} is not authorized to perform: {permission} on resource: {arn}");

    [GeneratedRegex(@"^[A-Za-z0-9_+=,.@\-]+\z")]
    private static partial Regex SessionNameShape();
}
