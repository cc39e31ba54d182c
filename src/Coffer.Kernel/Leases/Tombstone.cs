using System.Text.Json;

namespace Coffer.Kernel.Leases;

/// <summary>What stays of a lease that was forgotten although its secret may live on: enough to find that secret by hand.</summary>
public sealed record Tombstone
{
    /// <summary>Begins with time, and is the storage key.</summary>
    public required string Id { get; init; }

    public required string LeaseId { get; init; }

    public string MountUuid { get; init; } = "";

    public string Secret { get; init; } = "";

    /// <summary>The plan: names and account, never the secret itself.</summary>
    public JsonElement Plan { get; init; }

    public DateTimeOffset IssueTime { get; init; }

    public DateTimeOffset ForgetTime { get; init; }

    /// <summary>Display name and accessor of the token that asked for it.</summary>
    public string By { get; init; } = "";

    public string Accessor { get; init; } = "";

    public string Reason { get; init; } = "";

    public string LastError { get; init; } = "";
}

/// <summary>Who lets a lease be forgotten whose secret cannot be removed, and why: what its tombstone will say.</summary>
public sealed record ForceRevoke(string By, string Accessor, string Reason);
