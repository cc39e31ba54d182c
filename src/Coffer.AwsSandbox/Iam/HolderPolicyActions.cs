using Coffer.Aws.Policies;
using Coffer.AwsSandbox.Accounts;
using Coffer.AwsSandbox.Calls;
using Coffer.AwsSandbox.Wire;
using static Coffer.AwsSandbox.Iam.IamTable;

namespace Coffer.AwsSandbox.Iam;

/// <summary>Inline and attached policies, which users, groups and roles have alike.</summary>
internal static class HolderPolicyActions
{
    private const int AttachedMax = 10;

    public static readonly QueryAction[] All =
    [
        .. For("User", NamedUser, IamRead.User), .. For("Group", NamedGroup, IamRead.Group), .. For("Role", NamedRole, IamRead.Role),
    ];

    private static IEnumerable<QueryAction> For(string kind, Func<QueryCall, IamTarget> target, Func<QueryCall, PolicyHolder> read) =>
    [
        On($"Put{kind}Policy", target, call => Put(call, read(call))),
        On($"Get{kind}Policy", target, call => Get(call, read(call))),
        On($"Delete{kind}Policy", target, call => Delete(call, read(call))),
        On($"List{kind}Policies", target, call => List(call, read(call))),
        On($"Attach{kind}Policy", target, call => Attach(call, read(call))),
        On($"Detach{kind}Policy", target, call => Detach(call, read(call))),
        On($"ListAttached{kind}Policies", target, call => ListAttached(call, read(call))),
    ];

    private static void Put(QueryCall call, PolicyHolder holder)
    {
        var name = IamRead.NewName(call, "PolicyName", 128);
        var policy = IamRead.Document(call, "PolicyDocument", PolicyUse.Identity);
        var others = holder.Inline.Where(pair => pair.Key != name).Sum(pair => PolicyDocument.CountedLength(pair.Value.Text));
        if (others + PolicyDocument.CountedLength(policy.Text) > holder.InlineMax)
        {
            throw AwsFault.Limit($"Maximum policy size of {holder.InlineMax} bytes exceeded for {holder.Kind.ToLowerInvariant()} {holder.Name}");
        }

        holder.Inline[name] = policy;
    }

    private static void Get(QueryCall call, PolicyHolder holder)
    {
        var (name, policy) = Find(call, holder);
        call.Out.Text($"{holder.Kind}Name", holder.Name).Text("PolicyName", name).Text("PolicyDocument", Uri.EscapeDataString(policy.Text));
    }

    private static void Delete(QueryCall call, PolicyHolder holder) => holder.Inline.Remove(Find(call, holder).Name);

    private static void List(QueryCall call, PolicyHolder holder) =>
        call.PageNames(holder.Inline.Keys, "PolicyNames");

    private static void Attach(QueryCall call, PolicyHolder holder)
    {
        var policy = IamRead.Attachable(call, "PolicyArn");
        if (holder.Attached.ContainsKey(policy.Arn))
        {
            return;
        }

        if (holder.Attached.Count >= AttachedMax)
        {
            throw AwsFault.Limit($"Cannot exceed quota for PoliciesPer{holder.Kind}: {AttachedMax}");
        }

        holder.Attached.Add(policy.Arn, policy);
        policy.AttachmentCount++;
    }

    private static void Detach(QueryCall call, PolicyHolder holder)
    {
        var arn = call.Bounded("PolicyArn", 20, 2048);
        if (!holder.Attached.Remove(arn, out var policy))
        {
            throw AwsFault.NotFound($"Policy {arn} was not found.");
        }

        policy.AttachmentCount--;
    }

    private static void ListAttached(QueryCall call, PolicyHolder holder)
    {
        var prefix = IamRead.PathPrefix(call);
        call.Page(
            holder.Attached.Values.Where(policy => policy.Path.StartsWith(prefix, StringComparison.Ordinal)),
            policy => policy.Arn, StringComparer.Ordinal, "AttachedPolicies",
            (xml, policy) => xml.Text("PolicyName", policy.Name).Text("PolicyArn", policy.Arn));
    }

    private static (string Name, StoredPolicy Policy) Find(QueryCall call, PolicyHolder holder)
    {
        var name = call.Bounded("PolicyName", 1, 128);
        return holder.Inline.TryGetValue(name, out var policy)
            ? (name, policy)
            : throw AwsFault.NotFound($"The {holder.Kind.ToLowerInvariant()} policy with name {name} cannot be found.");
    }
}
