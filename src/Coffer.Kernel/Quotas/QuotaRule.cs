using System.Text.Json.Serialization;
using Coffer.Kernel.Mounts;

namespace Coffer.Kernel.Quotas;

/// <summary>What a quota bounds.</summary>
public enum QuotaKind
{
    /// <summary>Requests of one client address in an interval.</summary>
    RateLimit,

    /// <summary>Leases that exist at once, those of tokens included.</summary>
    LeaseCount,
}

/// <summary>One quota. Of those of a kind that fit a request only the narrowest counts: role, then path, then mount, then global.</summary>
public sealed record QuotaRule
{
    public required string Name { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required QuotaKind Kind { get; init; }

    /// <summary>The mount it is for, wherever that is moved to; empty for all.</summary>
    public string MountUuid { get; init; } = "";

    /// <summary>Below the mount: one path, or with <c>*</c> at the end all that begin so; empty for all of the mount.</summary>
    public string Below { get; init; } = "";

    /// <summary>The role that a login names; empty for all.</summary>
    public string Role { get; init; } = "";

    /// <summary>Requests in an interval. More than zero.</summary>
    public double Rate { get; init; }

    public TimeSpan Interval { get; init; }

    /// <summary>How long a client that went over the limit is refused everything.</summary>
    public TimeSpan BlockInterval { get; init; }

    /// <summary>Leases that may exist at once.</summary>
    public long MaxLeases { get; init; }

    /// <summary>Which of two rules is narrower: the larger.</summary>
    [JsonIgnore]
    public int Narrowness => Role.Length > 0 ? int.MaxValue
        : Below.Length > 0 ? (Below[^1] == '*' ? 1 + Below.Length : int.MaxValue - 1)
        : MountUuid.Length > 0 ? 1 : 0;

    /// <summary>Bounds the same as another: only one of them could ever count.</summary>
    public bool IsLike(QuotaRule other) =>
        Kind == other.Kind && MountUuid == other.MountUuid && Below == other.Below && Role == other.Role;

    /// <param name="role">The role that the request logs in to; empty when it is no login.</param>
    public bool Fits(string mountUuid, string below, string role) =>
        (MountUuid.Length == 0 || MountUuid == mountUuid)
        && (Below.Length == 0 || Below == below || (Below[^1] == '*' && below.StartsWith(Below.AsSpan(0, Below.Length - 1), StringComparison.Ordinal)))
        && (Role.Length == 0 || Role == role);

    /// <summary>The path as the API shows it. Its mount must be there.</summary>
    internal string PathIn(MountTable mounts) => MountUuid.Length == 0 ? "" : mounts.Mounts.First(mount => mount.Uuid == MountUuid).Path + Below;
}
