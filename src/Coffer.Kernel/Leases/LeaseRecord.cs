using System.Text.Json;
using System.Text.Json.Serialization;
using Coffer.Sdk.Leases;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Leases;

/// <summary>The state of a lease in its life.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LeaseState>))]
public enum LeaseState
{
    /// <summary>Durable, its secret perhaps made, perhaps not.</summary>
    Creating,

    /// <summary>Its secret is in use.</summary>
    Active,

    /// <summary>Its secret is being removed.</summary>
    Revoking,

    /// <summary>Removing failed in a way that an operator must look at.</summary>
    NeedsAttention,
}

/// <summary>A lease as it is stored. It never holds the secret: only what renewing and revoking need.</summary>
public sealed record LeaseRecord
{
    /// <summary>The request's path, then eight characters of time and sixteen random ones.</summary>
    public required string Id { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required LeaseState State { get; init; }

    /// <summary>The token that this is the lease of; empty for a lease of a secret.</summary>
    public string TokenAccessor { get; init; } = "";

    /// <summary>The mount whose engine revokes it, wherever that mount moves.</summary>
    public string MountUuid { get; init; } = "";

    /// <summary>The kind of secret and the engine's own data: the plan.</summary>
    public string Secret { get; init; } = "";

    public JsonElement Plan { get; init; }

    /// <summary>The token that it ends with; empty for a lease that no token owns.</summary>
    public string Owner { get; init; } = "";

    /// <summary>The entity that it ends with; empty for a lease that no entity owns.</summary>
    public string OwnerEntity { get; init; } = "";

    /// <summary>
    /// When the batch token ends that it was made with: no renewal goes beyond it. Null for any other owner. The token has no record of its own, and an
    /// orphan among them no parent either, so this is all that is known of it.
    /// </summary>
    public DateTimeOffset? OwnerEnd { get; init; }

    public DateTimeOffset IssueTime { get; init; }

    public DateTimeOffset ExpireTime { get; init; }

    public DateTimeOffset? LastRenewal { get; init; }

    /// <summary>What decided <see cref="ExpireTime"/>.</summary>
    public TtlBound LimitedBy { get; init; }

    public bool Renewable { get; init; }

    /// <summary>The plan's own limit on all renewals together; zero: the mount's.</summary>
    public TimeSpan MaxTtl { get; init; }

    /// <summary>
    /// Set when creating was cut off: a call of it may still be under way until then, so that "not there" does not yet mean "never made".
    /// </summary>
    public DateTimeOffset? UnsettledUntil { get; init; }

    /// <summary>Failed revocations that count: throttling and a dead network do not.</summary>
    public int Attempts { get; init; }

    public string LastError { get; init; } = "";

    /// <summary>What kind of failure <see cref="LastError"/> was; null when there was none.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<FailureClass>))]
    public FailureClass? LastFailure { get; init; }

    /// <summary>Since when it waits for an operator; kept while it is tried again, so that it stays on the list until it is gone.</summary>
    public DateTimeOffset? AttentionSince { get; init; }

    /// <summary>When the janitor looks at it next; decides the key of its due entry.</summary>
    public DateTimeOffset Due { get; init; }

    [JsonIgnore]
    public bool IsToken => TokenAccessor.Length > 0;

    /// <summary>Whom it ends with.</summary>
    [JsonIgnore]
    public OwnerKind OwnerKind => Owner.Length > 0 || OwnerEnd is not null ? OwnerKind.Token
        : OwnerEntity.Length > 0 ? OwnerKind.Entity
        : OwnerKind.None;

    public LeasePlan ToPlan() => new(Secret, JsonText.From(Plan)) { MaxTtl = MaxTtl, Renewable = Renewable };

    public override string ToString() => $"LeaseRecord({Id}, {State})";
}
