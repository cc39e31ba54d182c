using Coffer.Kernel.Leases;
using Coffer.Kernel.Tokens;
using Coffer.Policies;

namespace Coffer.Kernel.Revocation;

/// <summary>
/// Who may give a lease another owner than their token. What outlives the token cannot be ended by ending the token, so it takes a grant of its own:
/// <c>update</c> and <c>sudo</c> on <c>sys/leases/owner/entity</c> or <c>sys/leases/owner/none</c>.
/// </summary>
internal static class LeaseOwnership
{
    /// <summary>The header, in lower case, with which a client asks for an owner when the lease is made.</summary>
    public const string Header = "x-coffer-lease-owner";

    /// <summary>The path of the grant for a kind of owner.</summary>
    public const string GrantPath = "sys/leases/owner/";

    public static bool TryParse(string text, out OwnerKind kind)
    {
        (var known, kind) = text switch
        {
            "token" => (true, OwnerKind.Token),
            "entity" => (true, OwnerKind.Entity),
            "none" => (true, OwnerKind.None),
            _ => (false, default),
        };
        return known;
    }

    /// <summary>True when the caller's policies let a lease have that owner.</summary>
    public static bool IsGranted(Caller caller, OwnerKind kind) => kind == OwnerKind.Token
        || caller.Acl.Decide(new AclRequest(GrantPath + NameOf(kind), AclOperation.Update, IsRootProtected: true)).IsAllowed;

    public static string NameOf(OwnerKind kind) => kind.ToString().ToLowerInvariant();

    /// <summary>The lease with the caller's token, the caller's entity, or nobody as its owner.</summary>
    public static LeaseRecord Given(LeaseRecord lease, Caller caller, OwnerKind kind) => lease with
    {
        Owner = kind == OwnerKind.Token ? caller.LeaseOwner : "",
        OwnerEnd = kind == OwnerKind.Token && caller.Token.IsBatch ? caller.Token.ExpireTime : null,
        OwnerEntity = kind == OwnerKind.Entity ? caller.Identity.EntityId : "",
    };
}
