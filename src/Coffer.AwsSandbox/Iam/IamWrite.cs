using Coffer.AwsSandbox.Accounts;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.Iam;

/// <summary>Writes the entities of IAM in the shapes of its answers.</summary>
internal static class IamWrite
{
    /// <param name="xml">Where to.</param>
    /// <param name="user">What.</param>
    /// <param name="full">With tags and boundary, which lists leave out.</param>
    public static void User(Xml xml, User user, bool full)
    {
        xml.Text("Path", user.Path).Text("UserName", user.Name).Text("UserId", user.Id).Text("Arn", user.Arn).Text("CreateDate", user.Created);
        if (full)
        {
            Boundary(xml, user);
            Tags(xml, user.Tags);
        }
    }

    public static void Group(Xml xml, Group group) =>
        xml.Text("Path", group.Path).Text("GroupName", group.Name).Text("GroupId", group.Id).Text("Arn", group.Arn).Text("CreateDate", group.Created);

    public static void Role(Xml xml, Role role, bool full)
    {
        xml.Text("Path", role.Path).Text("RoleName", role.Name).Text("RoleId", role.Id).Text("Arn", role.Arn).Text("CreateDate", role.Created)
            .Text("AssumeRolePolicyDocument", Uri.EscapeDataString(role.Trust.Text));
        if (role.Description.Length > 0)
        {
            xml.Text("Description", role.Description);
        }

        xml.Text("MaxSessionDuration", role.MaxSessionSeconds);
        if (full)
        {
            Boundary(xml, role);
            Tags(xml, role.Tags);
            xml.Open("RoleLastUsed").Close();
        }
    }

    public static void Policy(Xml xml, ManagedPolicy policy, bool full)
    {
        xml.Text("PolicyName", policy.Name).Text("PolicyId", policy.Id).Text("Arn", policy.Arn).Text("Path", policy.Path)
            .Text("DefaultVersionId", policy.DefaultVersion).Text("AttachmentCount", policy.AttachmentCount)
            .Text("PermissionsBoundaryUsageCount", policy.BoundaryCount).Text("IsAttachable", true)
            .Text("CreateDate", policy.Created).Text("UpdateDate", policy.Updated);
        if (full)
        {
            if (policy.Description.Length > 0)
            {
                xml.Text("Description", policy.Description);
            }

            Tags(xml, policy.Tags);
            if (policy.Tags.Count == 0)
            {
                // Unlike users and roles, a policy answers with an empty list.
                xml.Open("Tags").Close();
            }
        }
    }

    public static void Version(Xml xml, ManagedPolicy policy, PolicyVersion version, bool withDocument)
    {
        if (withDocument)
        {
            xml.Text("Document", Uri.EscapeDataString(version.Policy.Text));
        }

        xml.Text("VersionId", version.Id).Text("IsDefaultVersion", version.Id == policy.DefaultVersion).Text("CreateDate", version.Created);
    }

    public static void Tags(Xml xml, SortedDictionary<string, string> tags)
    {
        if (tags.Count == 0)
        {
            return;
        }

        xml.Open("Tags");
        foreach (var (key, value) in tags)
        {
            xml.Open("member").Text("Key", key).Text("Value", value).Close();
        }

        xml.Close();
    }

    private static void Boundary(Xml xml, PolicyHolder holder)
    {
        if (holder.Boundary is { } boundary)
        {
            xml.Open("PermissionsBoundary").Text("PermissionsBoundaryType", "Policy").Text("PermissionsBoundaryArn", boundary.Arn)
                .Close();
        }
    }
}
