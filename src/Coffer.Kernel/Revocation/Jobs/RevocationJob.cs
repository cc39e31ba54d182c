using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Coffer.Kernel.Leases;

namespace Coffer.Kernel.Revocation.Jobs;

/// <summary>What a job does once the leases below its prefix are gone.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<JobKind>))]
public enum JobKind
{
    /// <summary>Nothing: they are all that was asked for.</summary>
    Prefix,

    /// <summary>Takes the mount away, with its data.</summary>
    Unmount,

    /// <summary>Ends what an entity owned that is deleted. These leases are found by their owner, and not by a prefix.</summary>
    Entity,
}

/// <summary>How far a job is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<JobState>))]
public enum JobState
{
    Running,
    Done,

    /// <summary>It went through all of them, and some would not go.</summary>
    Failed,
    Cancelled,
}

/// <summary>A revocation of many leases, as it is stored: after a restart the job goes on from here. Immutable.</summary>
public sealed record RevocationJob
{
    /// <summary>Begins with time, and is the storage key.</summary>
    public required string Id { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required JobKind Kind { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public JobState State { get; init; }

    /// <summary>Ends in a slash, so that <c>aws/creds/a</c> does not take <c>aws/creds/ab</c> along. For an entity: its id.</summary>
    public required string Prefix { get; init; }

    /// <summary>Where its leases are, decided when it began. Empty for an entity.</summary>
    public ImmutableArray<LeaseScope> Scopes { get; init; } = [];

    /// <summary>Which of <see cref="Scopes"/> it is in.</summary>
    public int ScopeAt { get; init; }

    /// <summary>The mount to take away; empty when there is none.</summary>
    public string MountUuid { get; init; } = "";

    /// <summary>Not null: what cannot be removed is forgotten.</summary>
    public ForceRevoke? ForceRevoke { get; init; }

    /// <summary>Display name of the caller that asked for it.</summary>
    public string By { get; init; } = "";

    public DateTimeOffset BeginTime { get; init; }

    public DateTimeOffset? EndTime { get; init; }

    /// <summary>Where it goes on in its scope: the last lease it has looked at; empty at the beginning.</summary>
    public string After { get; init; } = "";

    /// <summary>Leases that are gone. One whose revocation was finished just before the process died may be missing here.</summary>
    public long Revoked { get; init; }

    public long Failed { get; init; }

    /// <summary>All leases have been looked at; for a mount, what follows cannot be called off any more.</summary>
    public bool Emptied { get; init; }

    /// <summary>Why the first of them would not go.</summary>
    public string FirstError { get; init; } = "";

    public string FirstFailedLease { get; init; } = "";

    public override string ToString() => $"RevocationJob({Id}, {State})";
}
