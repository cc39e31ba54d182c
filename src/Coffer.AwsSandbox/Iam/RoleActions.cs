using Coffer.Aws.Policies;
using Coffer.AwsSandbox.Accounts;
using Coffer.AwsSandbox.Calls;
using Coffer.AwsSandbox.Wire;
using static Coffer.AwsSandbox.Iam.IamTable;

namespace Coffer.AwsSandbox.Iam;

/// <summary>Roles and who may assume them.</summary>
internal static class RoleActions
{
    private const int RolesMax = 1000;
    private const int TrustMax = 2048;

    public static readonly QueryAction[] All =
    [
        On("CreateRole", New("role", "RoleName"), Create),
        On("GetRole", NamedRole, Get),
        On("UpdateRole", NamedRole, Update),
        On("UpdateAssumeRolePolicy", NamedRole, call => IamRead.Role(call).Trust = Trust(call, "PolicyDocument")),
        On("DeleteRole", NamedRole, Delete),
        On("ListRoles", Listed("role"), List),
        On("PutRolePermissionsBoundary", NamedRole, call => UserActions.SetBoundary(IamRead.Role(call), IamRead.Attachable(call, "PermissionsBoundary"))),
        On("DeleteRolePermissionsBoundary", NamedRole, call => UserActions.SetBoundary(IamRead.Role(call), null)),
        On("ListInstanceProfilesForRole", NamedRole, call => _ = NoProfiles(call)),
    ];

    private static void Create(QueryCall call)
    {
        var name = IamRead.NewName(call, "RoleName", 64);
        var path = IamRead.Path(call);
        var tags = IamRead.Tags(call);
        var trust = Trust(call, "AssumeRolePolicyDocument");
        var seconds = call.Number("MaxSessionDuration", 3600, 43200, 3600);
        var boundary = call.Optional("PermissionsBoundary") is null ? null : IamRead.Attachable(call, "PermissionsBoundary");
        if (call.Account.Roles.ContainsKey(name))
        {
            throw AwsFault.Exists($"Role with name {name} already exists.");
        }

        if (call.Account.Roles.Count >= RolesMax)
        {
            throw AwsFault.Limit($"Cannot exceed quota for RolesPerAccount: {RolesMax}");
        }

        var role = new Role
        {
            Name = name,
            Path = path,
            Id = call.Account.Ids.Unique("AROA"),
            Arn = $"arn:aws:iam::{call.Account.AccountId}:role{path}{name}",
            Created = call.Now,
            Trust = trust,
            MaxSessionSeconds = seconds,
            Description = call.Optional("Description") ?? "",
        };
        IamRead.AddTags(role.Tags, tags);
        UserActions.SetBoundary(role, boundary);
        call.Account.Roles.Add(name, role);
        Write(call, role);
    }

    private static void Get(QueryCall call) => Write(call, IamRead.Role(call));

    private static void Update(QueryCall call)
    {
        var role = IamRead.Role(call);
        role.MaxSessionSeconds = call.Number("MaxSessionDuration", 3600, 43200, role.MaxSessionSeconds);
        role.Description = call.Optional("Description") ?? role.Description;
        call.HasEmptyResult = true;
    }

    private static void Delete(QueryCall call)
    {
        var role = IamRead.Role(call);
        if (role.Attached.Count > 0)
        {
            throw AwsFault.Conflict("Cannot delete entity, must detach all policies first.");
        }

        if (role.Inline.Count > 0)
        {
            throw AwsFault.Conflict("Cannot delete entity, must delete policies first.");
        }

        UserActions.SetBoundary(role, null);
        call.Account.Roles.Remove(role.Name);
    }

    private static void List(QueryCall call)
    {
        var prefix = IamRead.PathPrefix(call);
        call.Page(
            call.Account.Roles.Values.Where(role => role.Path.StartsWith(prefix, StringComparison.Ordinal)),
            role => role.Name, StringComparer.OrdinalIgnoreCase, "Roles", (xml, role) => IamWrite.Role(xml, role, full: false));
    }

    private static Role NoProfiles(QueryCall call)
    {
        var role = IamRead.Role(call);
        call.Page<string>([], name => name, StringComparer.Ordinal, "InstanceProfiles", null);
        return role;
    }

    private static StoredPolicy Trust(QueryCall call, string parameter)
    {
        var trust = IamRead.Document(call, parameter, PolicyUse.Trust);
        return PolicyDocument.CountedLength(trust.Text) <= TrustMax
            ? trust
            : throw AwsFault.Limit($"Cannot exceed quota for ACLSizePerRole: {TrustMax}");
    }

    private static void Write(QueryCall call, Role role)
    {
        call.Out.Open("Role");
        IamWrite.Role(call.Out, role, full: true);
        call.Out.Close();
    }
}
