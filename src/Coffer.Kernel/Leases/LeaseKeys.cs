namespace Coffer.Kernel.Leases;

/// <summary>Where leases stand in the store: by id, so that a prefix is a scan.</summary>
internal static class LeaseKeys
{
    public const string Records = "lease/id/";

    public const string AllOwned = "lease/owner/";

    public const string AllOwnedByEntities = "lease/entity/";

    public static string Record(string id) => Records + id;

    public static string Owned(string accessor) => $"{AllOwned}{accessor}/";

    public static string Owner(string accessor, string id) => Owned(accessor) + id;

    public static string OwnedByEntity(string entityId) => $"{AllOwnedByEntities}{entityId}/";

    /// <summary>The index entry of the owner that a lease ends with; null when nobody owns it.</summary>
    public static string? OwnerOf(LeaseRecord lease) => lease.Owner.Length > 0 ? Owner(lease.Owner, lease.Id)
        : lease.OwnerEntity.Length > 0 ? OwnedByEntity(lease.OwnerEntity) + lease.Id
        : null;

    /// <summary>Leases whose secret could not be removed, by mount, so that counting a mount's is a scan.</summary>
    public const string AllAttention = "lease/attention/";

    public static string Attention(string mountUuid, string id) => $"{AllAttention}{mountUuid}/{id}";
}

/// <summary>The one index in order of time that the janitor reads: what is due is in front.</summary>
internal static class DueKeys
{
    public const string All = "due/";

    /// <summary>A revocation that dies with its process is taken up again after this long.</summary>
    public static readonly TimeSpan TakeUpAfter = TimeSpan.FromMinutes(2);

    private const int TimeCharacters = 16;

    /// <summary>Stands before every entry that is due at this time or later, and behind every other.</summary>
    public static string Before(DateTimeOffset due) => $"{All}{due.UtcTicks:x16}";

    public static string Token(DateTimeOffset due, string accessor) => $"{All}{due.UtcTicks:x16}/t/{accessor}";

    public static string Lease(DateTimeOffset due, string id) => $"{All}{due.UtcTicks:x16}/l/{id}";

    /// <summary>The time, the kind (<c>t</c> or <c>l</c>) and the name in a due key.</summary>
    public static (DateTimeOffset Due, bool IsToken, string Name) Parse(string key)
    {
        var rest = key.AsSpan(All.Length);
        var ticks = long.Parse(rest[..TimeCharacters], System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture);
        return (new DateTimeOffset(ticks, TimeSpan.Zero), rest[TimeCharacters + 1] == 't', rest[(TimeCharacters + 3)..].ToString());
    }
}
