using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Coffer.Kernel.Leases;

namespace Coffer.Kernel.Tokens;

/// <summary>A service token as it is stored: everything but the token itself, of which there is only a keyed hash.</summary>
public sealed record TokenRecord
{
    /// <summary>Names the token without being it; begins with time, and is the storage key.</summary>
    public string Accessor { get; init; } = "";

    /// <summary>Keyed hash of the token's text.</summary>
    public byte[] Hash { get; init; } = [];

    /// <summary>The id was chosen by the client that made it, and is found through an index of its own.</summary>
    public bool CustomId { get; init; }

    /// <summary>Accessor of the parent; empty for an orphan.</summary>
    public string Parent { get; init; } = "";

    public bool Orphan => Parent.Length == 0;

    public ImmutableArray<string> Policies { get; init; } = [];

    /// <summary>The path whose request made it.</summary>
    public required string Path { get; init; }

    /// <summary>Accessor of the auth mount that made it; its tokens go with it.</summary>
    public string MountUuid { get; init; } = "";

    public string DisplayName { get; init; } = "";

    /// <summary>Null differs from empty, as in Vault.</summary>
    public ImmutableSortedDictionary<string, string>? Meta { get; init; }

    /// <summary>Requests left; zero: any number.</summary>
    public long NumUses { get; init; }

    public DateTimeOffset IssueTime { get; init; }

    /// <summary>Null: never.</summary>
    public DateTimeOffset? ExpireTime { get; init; }

    /// <summary>What decided <see cref="ExpireTime"/>.</summary>
    public TtlBound LimitedBy { get; init; }

    public DateTimeOffset? LastRenewal { get; init; }

    /// <summary>What it was given at first.</summary>
    public TimeSpan CreationTtl { get; init; }

    /// <summary>What it was given last; a renewal that asks for nothing gives the same again.</summary>
    public TimeSpan LastTtl { get; init; }

    /// <summary>Asked for at creation; beyond it no renewal goes. Zero: none.</summary>
    public TimeSpan ExplicitMaxTtl { get; init; }

    /// <summary>Set at creation: a renewal gives exactly this. Zero: not periodic.</summary>
    public TimeSpan Period { get; init; }

    /// <summary>A login's own maximum; zero: the mount's.</summary>
    public TimeSpan MaxTtl { get; init; }

    public bool Renewable { get; init; }

    /// <summary>The token role it was made with; its period is looked up at each renewal.</summary>
    public string Role { get; init; } = "";

    public string EntityId { get; init; } = "";

    public ImmutableArray<string> BoundCidrs { get; init; } = [];

    /// <summary>What its auth method needs to check a renewal. Never shown.</summary>
    public ImmutableSortedDictionary<string, string>? Internal { get; init; }

    /// <summary>Sealed into the token's own text and not stored; see <see cref="BatchTokens"/>.</summary>
    public bool IsBatch { get; init; }

    /// <summary>Its revocation has begun: it opens nothing any more, and what it left behind is being removed.</summary>
    public bool Revoking { get; init; }

    /// <summary>Its revocation makes its children orphans instead of ending them. Stored, so that the janitor goes on in the same way after a crash.</summary>
    public bool SparesChildren { get; init; }

    /// <summary>Id of its lease; empty for a token that never expires.</summary>
    public string LeaseId { get; init; } = "";

    /// <summary>When the janitor looks at it next; decides the key of its due entry. Null: there is none.</summary>
    public DateTimeOffset? Due { get; init; }

    /// <summary>Null when it never ends.</summary>
    [JsonIgnore]
    public LeaseEnd? End => ExpireTime is { } end ? LeaseEnd.Between(LastRenewal ?? IssueTime, end, LimitedBy) : null;

    [JsonIgnore]
    public bool IsRoot => Policies is ["root"];

    public override string ToString() => $"TokenRecord({Accessor})";
}
