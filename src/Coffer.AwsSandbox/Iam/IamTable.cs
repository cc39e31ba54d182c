using Coffer.AwsSandbox.Accounts;
using Coffer.AwsSandbox.Calls;
using Coffer.AwsSandbox.Policies;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.Iam;

/// <summary>What an IAM call is about: the ARN that policies see, and the entity behind it when there is one.</summary>
internal readonly record struct IamTarget(string Arn, PolicyHolder? Holder = null);

/// <summary>All of IAM's actions that the sandbox knows.</summary>
internal static class IamTable
{
    public static QueryService Service() => new(
        "iam", "2010-05-08", "https://iam.amazonaws.com/doc/2010-05-08/",
        [
            .. UserActions.All, .. KeyActions.All, .. LeftoverActions.All, .. GroupActions.All, .. RoleActions.All,
            .. ManagedPolicyActions.All, .. HolderPolicyActions.All, .. TagActions.All,
        ]);

    /// <summary>An action that needs the permission of the same name on its target.</summary>
    public static QueryAction On(string name, Func<QueryCall, IamTarget> target, Action<QueryCall> run) =>
        new(name, call => Authorize(call, target(call)), run);

    public static IamTarget Anything(QueryCall call) => new("*");

    public static IamTarget NamedUser(QueryCall call)
    {
        var name = call.Optional("UserName") ?? call.Caller.User?.Name ?? "";
        var user = call.Account.Users.GetValueOrDefault(name);
        return new IamTarget(user?.Arn ?? Arn(call, "user", "/", name), user);
    }

    public static IamTarget NamedGroup(QueryCall call)
    {
        var name = call.Optional("GroupName") ?? "";
        var group = call.Account.Groups.GetValueOrDefault(name);
        return new IamTarget(group?.Arn ?? Arn(call, "group", "/", name), group);
    }

    public static IamTarget NamedRole(QueryCall call)
    {
        var name = call.Optional("RoleName") ?? "";
        var role = call.Account.Roles.GetValueOrDefault(name);
        return new IamTarget(role?.Arn ?? Arn(call, "role", "/", name), role);
    }

    public static IamTarget NamedPolicy(QueryCall call) => new(call.Optional("PolicyArn") ?? "*");

    /// <summary>The ARN of something that is about to be made.</summary>
    public static Func<QueryCall, IamTarget> New(string kind, string nameParameter) => call =>
        new IamTarget(Arn(call, kind, call.Optional("Path") is { Length: > 0 } path ? path : "/", call.Optional(nameParameter) ?? ""));

    /// <summary>A list is about everything below its path prefix.</summary>
    public static Func<QueryCall, IamTarget> Listed(string kind) => call =>
        new IamTarget(Arn(call, kind, call.Optional("PathPrefix") is { Length: > 0 } path ? path : "/", ""));

    private static string Arn(QueryCall call, string kind, string path, string name) =>
        $"arn:aws:iam::{call.Account.AccountId}:{kind}{path}{name}";

    private static void Authorize(QueryCall call, IamTarget target)
    {
        // Credentials of GetFederationToken, and those of GetSessionToken without a second factor, are not known to IAM at all.
        if (call.Caller.Kind == PrincipalKind.FederatedUser || call.Caller is { Kind: not PrincipalKind.AssumedRole, Session.WithMfa: false })
        {
            throw new AwsFault(403, "InvalidClientTokenId", "The security token included in the request is invalid");
        }

        if (call.Caller.Kind == PrincipalKind.Root)
        {
            return;
        }

        var request = call.Judged($"iam:{call.Action}", target.Arn)
            .With("iam:PolicyARN", call.Optional("PolicyArn"))
            .With("iam:PermissionsBoundary", call.Optional("PermissionsBoundary") ?? target.Holder?.Boundary?.Arn);
        AddTags(call, request, target);
        Authorizer.Demand(call.Caller, request);
    }

    private static void AddTags(QueryCall call, PolicyRequest request, IamTarget target)
    {
        if (target.Holder is { } holder)
        {
            Context.AddTags(request, "aws:ResourceTag/", holder.Tags);
            Context.AddTags(request, "iam:ResourceTag/", holder.Tags);
        }

        var keys = call.Members("Tags", ".Key");
        var values = call.Members("Tags", ".Value");
        Context.AddTags(request, "aws:RequestTag/", keys.Zip(values, KeyValuePair.Create));
        request.With("aws:TagKeys", keys.Concat(call.Members("TagKeys")));
    }
}
