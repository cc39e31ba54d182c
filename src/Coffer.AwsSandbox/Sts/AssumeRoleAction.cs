using System.Text.RegularExpressions;
using Coffer.Aws.Policies;
using Coffer.AwsSandbox.Accounts;
using Coffer.AwsSandbox.Calls;
using Coffer.AwsSandbox.Policies;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.Sts;

/// <summary>AssumeRole: the role's trust policy and the caller's own policies decide together.</summary>
internal static partial class AssumeRoleAction
{
    private const int ChainedSecondsMax = 3600;

    public static void Authorize(QueryCall call)
    {
        var arn = call.Bounded("RoleArn", 20, 2048);
        SessionName(call);
        if (call.Caller.Kind == PrincipalKind.Root)
        {
            throw AwsFault.Denied("Roles may not be assumed by root accounts.");
        }

        var role = Find(call.Account, arn);
        if (role is null || call.Caller.Kind == PrincipalKind.FederatedUser)
        {
            throw Refused(call, arn);
        }

        if (call.Members("ProvidedContexts", ".ProviderArn").Count > 0)
        {
            throw new AwsFault(501, "NotImplemented", "The sandbox does not offer ProvidedContexts.");
        }

        var tags = SessionTags.Of(call);
        Demand(call, role, tags, "sts:AssumeRole");
        if (tags.NeedPermission)
        {
            Demand(call, role, tags, "sts:TagSession");
        }

        if (SourceIdentity(call) is not null)
        {
            Demand(call, role, tags, "sts:SetSourceIdentity");
        }
    }

    /// <summary>Throws AccessDenied unless the role's trust policy and the caller's own policies let this be done.</summary>
    private static void Demand(QueryCall call, Role role, SessionTags tags, string permission)
    {
        var request = tags.Ask(call.Judged(permission, role.Arn))
            .With("sts:ExternalId", call.Optional("ExternalId"))
            .With("sts:RoleSessionName", call.Optional("RoleSessionName"))
            .With("sts:SourceIdentity", SourceIdentity(call));
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
            throw Refused(call, role.Arn, permission);
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
        SessionMaker.Issue(call, principal, seconds, policies, withMfa, SessionTags.Of(call), SourceIdentity(call));
        call.Out.Open("AssumedRoleUser").Text("AssumedRoleId", principal.UserId).Text("Arn", principal.Arn).Close();
        if (policies is not null)
        {
            call.Out.Text("PackedPolicySize", SessionMaker.PackedPercent(call));
        }

        call.Out.Maybe("SourceIdentity", SourceIdentity(call));
    }

    /// <summary>Once it has been set, it stays the same along the whole chain of roles.</summary>
    private static string? SourceIdentity(QueryCall call)
    {
        var inherited = call.Caller.Session?.SourceIdentity;
        if (call.Optional("SourceIdentity") is not { } given)
        {
            return inherited;
        }

        QueryCall.Bounded("SourceIdentity", given, 2, 64);
        if (!SessionNameShape().IsMatch(given))
        {
            throw QueryCall.Constraint($"'{given}'", "SourceIdentity", @"Member must satisfy regular expression pattern: [\w+=,.@-]*");
        }

        return inherited is null || inherited == given
            ? given
            : throw AwsFault.Denied("The source identity of a session cannot be changed.");
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
