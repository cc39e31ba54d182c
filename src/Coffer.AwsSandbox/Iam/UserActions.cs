using Coffer.AwsSandbox.Accounts;
using Coffer.AwsSandbox.Calls;
using Coffer.AwsSandbox.Wire;
using static Coffer.AwsSandbox.Iam.IamTable;

namespace Coffer.AwsSandbox.Iam;

/// <summary>Users themselves and their permissions boundaries.</summary>
internal static class UserActions
{
    public static readonly QueryAction[] All =
    [
        On("CreateUser", New("user", "UserName"), Create),
        On("GetUser", NamedUser, Get),
        On("UpdateUser", NamedUser, Update),
        On("DeleteUser", NamedUser, Delete),
        On("ListUsers", Listed("user"), List),
        On("PutUserPermissionsBoundary", NamedUser, call => SetBoundary(IamRead.User(call), IamRead.Attachable(call, "PermissionsBoundary"))),
        On("DeleteUserPermissionsBoundary", NamedUser, DeleteBoundary),
    ];

    public static void SetBoundary(PolicyHolder holder, ManagedPolicy? boundary)
    {
        if (holder.Boundary is { } old)
        {
            old.BoundaryCount--;
        }

        holder.Boundary = boundary;
        if (boundary is not null)
        {
            boundary.BoundaryCount++;
        }
    }

    private static void Create(QueryCall call)
    {
        var name = IamRead.NewName(call, "UserName", 64);
        var path = IamRead.Path(call);
        var tags = IamRead.Tags(call);
        var boundary = call.Optional("PermissionsBoundary") is null ? null : IamRead.Attachable(call, "PermissionsBoundary");
        var users = call.Account.Users;
        if (users.ContainsKey(name))
        {
            throw AwsFault.Exists($"User with name {name} already exists.");
        }

        if (users.Count >= call.Account.UsersMax)
        {
            throw AwsFault.Limit($"Cannot exceed quota for UsersPerAccount: {call.Account.UsersMax}");
        }

        var user = call.Account.NewUser(name, path);
        IamRead.AddTags(user.Tags, tags);
        SetBoundary(user, boundary);
        users.Add(name, user);
        call.Out.Open("User");
        IamWrite.User(call.Out, user, full: true);
        call.Out.Close();
    }

    private static void Get(QueryCall call)
    {
        if (call.Optional("UserName") is null && call.Caller is { User: null, Role: null })
        {
            var root = call.Account.RootArn;
            call.Out.Open("User").Text("UserId", call.Account.AccountId).Text("Arn", root).Text("CreateDate", DateTimeOffset.UnixEpoch).Close();
            return;
        }

        var user = IamRead.UserOrSelf(call);
        call.Out.Open("User");
        IamWrite.User(call.Out, user, full: true);
        call.Out.Close();
    }

    /// <summary>Only what changes neither name nor path; renaming would change the ARN under a running lease.</summary>
    private static void Update(QueryCall call)
    {
        var user = IamRead.User(call);
        if ((call.Optional("NewUserName") ?? user.Name) != user.Name || (call.Optional("NewPath") ?? user.Path) != user.Path)
        {
            throw new AwsFault(501, "NotImplemented", "The sandbox does not rename users.");
        }
    }

    private static void Delete(QueryCall call)
    {
        var user = IamRead.User(call);
        (bool Left, string What)[] leftovers =
        [
            (user.Attached.Count > 0, "detach all policies first."),
            (user.Inline.Count > 0, "delete policies first."),
            (user.Groups.Count > 0, "remove users from group first."),
            (user.Login is not null, "delete login profile first."),
            (user.Keys.Count > 0, "delete access keys first."),
            (user.Certificates.Count > 0, "delete signing certificates first."),
            (user.MfaDevices.Count > 0, "delete MFA device first."),
            (user.SshKeys.Count > 0, "delete SSH public keys first."),
            (user.ServiceCredentials.Count > 0, "delete service specific credentials first."),
        ];
        foreach (var (left, what) in leftovers)
        {
            if (left)
            {
                throw AwsFault.Conflict($"Cannot delete entity, must {what}");
            }
        }

        SetBoundary(user, null);
        call.Account.Users.Remove(user.Name);
    }

    private static void List(QueryCall call)
    {
        var prefix = IamRead.PathPrefix(call);
        call.Page(
            call.Account.Users.Values.Where(user => user.Path.StartsWith(prefix, StringComparison.Ordinal)),
            user => user.Name, StringComparer.OrdinalIgnoreCase, "Users", (xml, user) => IamWrite.User(xml, user, full: false));
    }

    private static void DeleteBoundary(QueryCall call)
    {
        var user = IamRead.User(call);
        if (user.Boundary is null)
        {
            throw AwsFault.NotFound($"The user with name {user.Name} does not have a permissions boundary.");
        }

        SetBoundary(user, null);
    }
}
