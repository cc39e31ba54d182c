using Coffer.Aws.Policies;
using Coffer.AwsSandbox.Accounts;
using Coffer.AwsSandbox.Calls;
using Coffer.AwsSandbox.Wire;
using static Coffer.AwsSandbox.Iam.IamTable;

namespace Coffer.AwsSandbox.Iam;

/// <summary>Managed policies and their versions.</summary>
internal static class ManagedPolicyActions
{
    private const int PoliciesMax = 1500;
    private const int VersionsMax = 5;
    private const int DocumentMax = 6144;

    public static readonly QueryAction[] All =
    [
        On("CreatePolicy", New("policy", "PolicyName"), Create),
        On("GetPolicy", NamedPolicy, call => Write(call, IamRead.Policy(call))),
        On("DeletePolicy", NamedPolicy, Delete),
        On("ListPolicies", Listed("policy"), List),
        On("CreatePolicyVersion", NamedPolicy, CreateVersion),
        On("GetPolicyVersion", NamedPolicy, GetVersion),
        On("DeletePolicyVersion", NamedPolicy, DeleteVersion),
        On("ListPolicyVersions", NamedPolicy, ListVersions),
        On("SetDefaultPolicyVersion", NamedPolicy, SetDefault),
        On("ListEntitiesForPolicy", NamedPolicy, ListEntities),
    ];

    private static void Create(QueryCall call)
    {
        var name = IamRead.NewName(call, "PolicyName", 128);
        var path = IamRead.Path(call);
        var tags = IamRead.Tags(call);
        var document = Document(call);
        var arn = $"arn:aws:iam::{call.Account.AccountId}:policy{path}{name}";
        var own = call.Account.Policies.Values.Where(policy => !policy.IsAwsManaged);
        if (own.Any(policy => policy.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
        {
            throw AwsFault.Exists($"A policy called {name} already exists. Duplicate names are not allowed.");
        }

        if (own.Count() >= PoliciesMax)
        {
            throw AwsFault.Limit($"Cannot exceed quota for PoliciesPerAccount: {PoliciesMax}");
        }

        var policy = new ManagedPolicy
        {
            Name = name,
            Path = path,
            Id = call.Account.Ids.Unique("ANPA"),
            Arn = arn,
            Created = call.Now,
            Updated = call.Now,
            Description = call.Optional("Description") ?? "",
        };
        policy.Versions.Add("v1", new PolicyVersion("v1", document, call.Now));
        IamRead.AddTags(policy.Tags, tags);
        call.Account.Policies.Add(arn, policy);
        Write(call, policy);
    }

    private static void Delete(QueryCall call)
    {
        var policy = Own(call);
        if (policy.AttachmentCount > 0 || policy.BoundaryCount > 0)
        {
            throw AwsFault.Conflict("Cannot delete a policy attached to entities.");
        }

        if (policy.Versions.Count > 1)
        {
            throw AwsFault.Conflict("This policy has more than one version. Before you delete a policy, you must delete the policy's versions.");
        }

        call.Account.Policies.Remove(policy.Arn);
    }

    private static void List(QueryCall call)
    {
        var prefix = IamRead.PathPrefix(call);
        var scope = call.Optional("Scope") ?? "All";
        var attached = call.Flag("OnlyAttached");
        call.Page(
            call.Account.Policies.Values.Where(policy =>
                policy.Path.StartsWith(prefix, StringComparison.Ordinal)
                && (scope == "All" || (scope == "AWS") == policy.IsAwsManaged)
                && (!attached || policy.AttachmentCount > 0)),
            policy => policy.Arn, StringComparer.Ordinal, "Policies", (xml, policy) => IamWrite.Policy(xml, policy, full: false));
    }

    private static void CreateVersion(QueryCall call)
    {
        var policy = Own(call);
        var document = Document(call);
        if (policy.Versions.Count >= VersionsMax)
        {
            throw AwsFault.Limit($"A managed policy can have up to {VersionsMax} versions. Before you create a new version, you must delete an existing version.");
        }

        var version = new PolicyVersion($"v{++policy.LastVersion}", document, call.Now);
        policy.Versions.Add(version.Id, version);
        policy.Updated = call.Now;
        if (call.Flag("SetAsDefault"))
        {
            policy.DefaultVersion = version.Id;
        }

        call.Out.Open("PolicyVersion");
        IamWrite.Version(call.Out, policy, version, withDocument: false);
        call.Out.Close();
    }

    private static void GetVersion(QueryCall call)
    {
        var policy = IamRead.Policy(call);
        call.Out.Open("PolicyVersion");
        IamWrite.Version(call.Out, policy, Version(call, policy), withDocument: true);
        call.Out.Close();
    }

    private static void DeleteVersion(QueryCall call)
    {
        var policy = Own(call);
        var version = Version(call, policy);
        if (version.Id == policy.DefaultVersion)
        {
            throw AwsFault.Conflict("Cannot delete the default version of a policy.");
        }

        policy.Versions.Remove(version.Id);
    }

    private static void ListVersions(QueryCall call)
    {
        var policy = IamRead.Policy(call);
        call.Page(
            policy.Versions.Values.OrderBy(version => version.Id, StringComparer.Ordinal), version => version.Id, StringComparer.Ordinal,
            "Versions", (xml, version) => IamWrite.Version(xml, policy, version, withDocument: false));
    }

    private static void SetDefault(QueryCall call)
    {
        var policy = Own(call);
        policy.DefaultVersion = Version(call, policy).Id;
        policy.Updated = call.Now;
    }

    private static void ListEntities(QueryCall call)
    {
        var policy = IamRead.Policy(call);
        call.Out.Text("IsTruncated", false);
        foreach (var (list, name, id, holders) in new (string, string, string, IEnumerable<PolicyHolder>)[]
        {
            ("PolicyGroups", "GroupName", "GroupId", call.Account.Groups.Values),
            ("PolicyUsers", "UserName", "UserId", call.Account.Users.Values),
            ("PolicyRoles", "RoleName", "RoleId", call.Account.Roles.Values),
        })
        {
            call.Out.Open(list);
            foreach (var holder in holders.Where(holder => holder.Attached.ContainsKey(policy.Arn)))
            {
                call.Out.Open("member").Text(name, holder.Name).Text(id, holder.Id).Close();
            }

            call.Out.Close();
        }
    }

    private static StoredPolicy Document(QueryCall call)
    {
        var document = IamRead.Document(call, "PolicyDocument", PolicyUse.Identity);
        return PolicyDocument.CountedLength(document.Text) <= DocumentMax
            ? document
            : throw AwsFault.Limit($"Cannot exceed quota for PolicySize: {DocumentMax}");
    }

    private static ManagedPolicy Own(QueryCall call)
    {
        var policy = IamRead.Policy(call);
        return policy.IsAwsManaged
            ? throw AwsFault.Denied($"User: {call.Caller.Arn} is not authorized to perform: iam:{call.Action} on resource: policy {policy.Arn}")
            : policy;
    }

    private static PolicyVersion Version(QueryCall call, ManagedPolicy policy)
    {
        var id = call.Required("VersionId");
        return policy.Versions.GetValueOrDefault(id)
            ?? throw AwsFault.NotFound($"Policy {policy.Arn} version {id} does not exist or is not attachable.");
    }

    private static void Write(QueryCall call, ManagedPolicy policy)
    {
        call.Out.Open("Policy");
        IamWrite.Policy(call.Out, policy, full: call.Action == "GetPolicy" || policy.Tags.Count > 0);
        call.Out.Close();
    }
}
