using Coffer.AwsSandbox.Calls;
using static Coffer.AwsSandbox.Iam.IamTable;

namespace Coffer.AwsSandbox.Iam;

/// <summary>Tags of users, roles and managed policies.</summary>
internal static class TagActions
{
    public static readonly QueryAction[] All =
    [
        .. For("User", NamedUser, call => IamRead.User(call).Tags),
        .. For("Role", NamedRole, call => IamRead.Role(call).Tags),
        .. For("Policy", NamedPolicy, call => IamRead.Policy(call).Tags),
    ];

    private static IEnumerable<QueryAction> For(
        string kind, Func<QueryCall, IamTarget> target, Func<QueryCall, SortedDictionary<string, string>> tags) =>
    [
        On($"Tag{kind}", target, call => IamRead.AddTags(tags(call), IamRead.Tags(call))),
        On($"Untag{kind}", target, call => Remove(call, tags(call))),
        On($"List{kind}Tags", target, call => List(call, tags(call))),
    ];

    private static void Remove(QueryCall call, SortedDictionary<string, string> tags)
    {
        foreach (var key in call.Members("TagKeys"))
        {
            tags.Remove(key);
        }
    }

    private static void List(QueryCall call, SortedDictionary<string, string> tags) =>
        call.Page(
            tags, tag => tag.Key, StringComparer.OrdinalIgnoreCase, "Tags",
            (xml, tag) => xml.Text("Key", tag.Key).Text("Value", tag.Value));
}
