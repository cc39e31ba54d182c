using Coffer.AwsSandbox.Accounts;
using Coffer.AwsSandbox.Calls;
using Coffer.AwsSandbox.Wire;
using static Coffer.AwsSandbox.Iam.IamTable;

namespace Coffer.AwsSandbox.Iam;

/// <summary>Groups and who is in them.</summary>
internal static class GroupActions
{
    private const int GroupsMax = 300;
    private const int GroupsPerUserMax = 10;

    public static readonly QueryAction[] All =
    [
        On("CreateGroup", New("group", "GroupName"), Create),
        On("GetGroup", NamedGroup, Get),
        On("DeleteGroup", NamedGroup, Delete),
        On("ListGroups", Listed("group"), List),
        On("AddUserToGroup", NamedGroup, Add),
        On("RemoveUserFromGroup", NamedGroup, Remove),
        On("ListGroupsForUser", NamedUser, ListForUser),
    ];

    private static void Create(QueryCall call)
    {
        var name = IamRead.NewName(call, "GroupName", 128);
        var path = IamRead.Path(call);
        if (call.Account.Groups.ContainsKey(name))
        {
            throw AwsFault.Exists($"Group with name {name} already exists.");
        }

        if (call.Account.Groups.Count >= GroupsMax)
        {
            throw AwsFault.Limit($"Cannot exceed quota for GroupsPerAccount: {GroupsMax}");
        }

        var group = new Group
        {
            Name = name,
            Path = path,
            Id = call.Account.Ids.Unique("AGPA"),
            Arn = $"arn:aws:iam::{call.Account.AccountId}:group{path}{name}",
            Created = call.Now,
        };
        call.Account.Groups.Add(name, group);
        call.Out.Open("Group");
        IamWrite.Group(call.Out, group);
        call.Out.Close();
    }

    private static void Get(QueryCall call)
    {
        var group = IamRead.Group(call);
        call.Out.Open("Group");
        IamWrite.Group(call.Out, group);
        call.Out.Close();
        call.Page(
            group.Members.Values, user => user.Name, StringComparer.OrdinalIgnoreCase, "Users",
            (xml, user) => IamWrite.User(xml, user, full: false));
    }

    private static void Delete(QueryCall call)
    {
        var group = IamRead.Group(call);
        if (group.Members.Count > 0)
        {
            throw AwsFault.Conflict("Cannot delete entity, must remove users from group first.");
        }

        if (group.Attached.Count > 0)
        {
            throw AwsFault.Conflict("Cannot delete entity, must detach all policies first.");
        }

        if (group.Inline.Count > 0)
        {
            throw AwsFault.Conflict("Cannot delete entity, must delete policies first.");
        }

        call.Account.Groups.Remove(group.Name);
    }

    private static void List(QueryCall call)
    {
        var prefix = IamRead.PathPrefix(call);
        call.Page(
            call.Account.Groups.Values.Where(group => group.Path.StartsWith(prefix, StringComparison.Ordinal)),
            group => group.Name, StringComparer.OrdinalIgnoreCase, "Groups", IamWrite.Group);
    }

    private static void Add(QueryCall call)
    {
        var group = IamRead.Group(call);
        var user = IamRead.User(call);
        if (!user.Groups.ContainsKey(group.Name) && user.Groups.Count >= GroupsPerUserMax)
        {
            throw AwsFault.Limit($"Cannot exceed quota for GroupsPerUser: {GroupsPerUserMax}");
        }

        group.Members[user.Name] = user;
        user.Groups[group.Name] = group;
    }

    private static void Remove(QueryCall call)
    {
        var group = IamRead.Group(call);
        var user = IamRead.User(call);
        if (!group.Members.Remove(user.Name))
        {
            throw AwsFault.NotFound($"User {user.Name} is not a member of group {group.Name}.");
        }

        user.Groups.Remove(group.Name);
    }

    private static void ListForUser(QueryCall call) =>
        call.Page(IamRead.User(call).Groups.Values, group => group.Name, StringComparer.OrdinalIgnoreCase, "Groups", IamWrite.Group);
}
