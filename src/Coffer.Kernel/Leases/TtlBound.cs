using System.Text.Json;
using System.Text.Json.Serialization;
using Coffer.Sdk.Fields;

namespace Coffer.Kernel.Leases;

/// <summary>What decided when something ends.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TtlBound>))]
public enum TtlBound
{
    /// <summary>Nothing cut it: it got the time that was asked for, or the default.</summary>
    Lease,

    /// <summary>The mount's or the system's maximum.</summary>
    MountMax,

    /// <summary>The role's, the engine's or the token's own maximum.</summary>
    RoleMax,

    /// <summary>A maximum that was fixed when it was made.</summary>
    ExplicitMax,

    /// <summary>The life of the token that it ends with.</summary>
    Token,

    /// <summary>The outside system, such as AWS for its session credentials.</summary>
    OutsideSystem,
}

/// <summary>The true end of a lease, what decided it, and when a client should renew it or ask for another.</summary>
public readonly record struct LeaseEnd(DateTimeOffset ExpireTime, TtlBound LimitedBy, DateTimeOffset RefreshTime)
{
    /// <summary>Of a lease as it is. Its client should come back before its token ends, which it may do long before the lease.</summary>
    /// <param name="ownerPresentEnd">When its token ends unless it is renewed; null where it has none, or that has no end.</param>
    public static LeaseEnd Of(LeaseRecord lease, DateTimeOffset? ownerPresentEnd, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(lease);
        var own = Between(lease.LastRenewal ?? lease.IssueTime, lease.ExpireTime, lease.LimitedBy);
        return ownerPresentEnd is { } present && now + (present - now) * RefreshPart is var refresh && refresh < own.RefreshTime
            ? own with { RefreshTime = refresh }
            : own;
    }

    /// <summary>As the API names what limits it.</summary>
    public string LimitedByName => LimitedBy switch
    {
        TtlBound.MountMax => "mount_max_ttl",
        TtlBound.RoleMax => "role_max_ttl",
        TtlBound.ExplicitMax => "explicit_max_ttl",
        TtlBound.Token => "token",
        TtlBound.OutsideSystem => "outside_system",
        _ => "lease",
    };

    /// <summary>Writes <c>limited_by</c> and <c>recommended_refresh_at</c>.</summary>
    internal void WriteCause(Utf8JsonWriter json)
    {
        json.WriteString("limited_by"u8, LimitedByName);
        json.WriteString("recommended_refresh_at"u8, Rfc3339.Format(RefreshTime));
    }

    /// <summary>Of what was made or last renewed at <paramref name="from"/>.</summary>
    internal static LeaseEnd Between(DateTimeOffset from, DateTimeOffset end, TtlBound bound) => new(end, bound, from + (end - from) * RefreshPart);

    // Two thirds leave a client that fails once or twice the time to try again.
    private const double RefreshPart = 2.0 / 3;
}
