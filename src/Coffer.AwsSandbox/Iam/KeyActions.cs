using Coffer.AwsSandbox.Accounts;
using Coffer.AwsSandbox.Calls;
using Coffer.AwsSandbox.Wire;
using static Coffer.AwsSandbox.Iam.IamTable;

namespace Coffer.AwsSandbox.Iam;

/// <summary>Access keys.</summary>
internal static class KeyActions
{
    private const int KeysMax = 2;

    public static readonly QueryAction[] All =
    [
        On("CreateAccessKey", NamedUser, Create),
        On("UpdateAccessKey", NamedUser, Update),
        On("DeleteAccessKey", NamedUser, Delete),
        On("ListAccessKeys", NamedUser, List),
        On("GetAccessKeyLastUsed", KeyOwner, LastUsed),
    ];

    private static IamTarget KeyOwner(QueryCall call)
    {
        var owner = call.Account.Keys.GetValueOrDefault(call.Optional("AccessKeyId") ?? "")?.Owner;
        return owner is null ? new IamTarget("*") : new IamTarget(owner.Arn, owner);
    }

    private static void Create(QueryCall call)
    {
        var user = IamRead.UserOrSelf(call);
        if (user.Keys.Count >= KeysMax)
        {
            throw AwsFault.Limit($"Cannot exceed quota for AccessKeysPerUser: {KeysMax}");
        }

        var key = new AccessKey
        {
            Id = call.Account.Ids.AccessKeyId("AKIA"),
            Secret = call.Account.Ids.Secret(),
            Owner = user,
            Created = call.Now,
            UsableFrom = call.Now + call.Account.KeyPropagationDelay,
        };
        call.Account.AddKey(key);
        call.Out.Open("AccessKey").Text("UserName", user.Name).Text("AccessKeyId", key.Id).Text("Status", "Active")
            .Text("SecretAccessKey", key.Secret).Text("CreateDate", key.Created).Close();
    }

    private static void Update(QueryCall call)
    {
        var status = call.Required("Status");
        if (status is not ("Active" or "Inactive"))
        {
            throw QueryCall.Constraint($"'{status}'", "Status", "Member must satisfy enum value set: [Active, Inactive]");
        }

        Find(call).Active = status == "Active";
    }

    private static void Delete(QueryCall call)
    {
        var key = Find(call);
        key.Owner?.Keys.Remove(key);
        call.Account.Keys.Remove(key.Id);
    }

    private static void List(QueryCall call)
    {
        var user = IamRead.UserOrSelf(call);
        call.Page(
            user.Keys.OrderBy(key => key.Id, StringComparer.Ordinal), key => key.Id, StringComparer.Ordinal, "AccessKeyMetadata",
            (xml, key) => xml.Text("UserName", user.Name).Text("AccessKeyId", key.Id).Text("Status", key.Active ? "Active" : "Inactive")
                .Text("CreateDate", key.Created));
    }

    private static void LastUsed(QueryCall call)
    {
        var id = call.Bounded("AccessKeyId", 16, 128);
        var key = call.Account.Keys.GetValueOrDefault(id)
            ?? throw AwsFault.Denied($"User: {call.Caller.Arn} is not authorized to perform: iam:GetAccessKeyLastUsed on resource: access key {id}");
        call.Out.Maybe("UserName", key.Owner?.Name).Open("AccessKeyLastUsed");
        if (key.LastUse is { } use)
        {
            call.Out.Text("LastUsedDate", use.Time);
        }

        call.Out.Text("ServiceName", key.LastUse?.Service ?? "N/A").Text("Region", key.LastUse?.Region ?? "N/A").Close();
    }

    private static AccessKey Find(QueryCall call)
    {
        var id = call.Bounded("AccessKeyId", 16, 128);
        var user = IamRead.UserOrSelf(call);
        return user.Keys.Find(key => key.Id == id) ?? throw AwsFault.NotFound($"The Access Key with id {id} cannot be found.");
    }
}
