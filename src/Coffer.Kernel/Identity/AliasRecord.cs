using System.Collections.Immutable;

namespace Coffer.Kernel.Identity;

/// <summary>Who an entity, or an outside group, is at one mount. Stored with whom it belongs to; immutable.</summary>
public sealed record AliasRecord
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required string MountAccessor { get; init; }

    /// <summary>What the auth method said at the last login.</summary>
    public ImmutableSortedDictionary<string, string>? Metadata { get; init; }

    /// <summary>What operators wrote.</summary>
    public ImmutableSortedDictionary<string, string>? CustomMetadata { get; init; }

    public DateTimeOffset CreationTime { get; init; }

    public DateTimeOffset LastUpdateTime { get; init; }

    /// <summary>Entities it belonged to before they were merged.</summary>
    public ImmutableArray<string> MergedFrom { get; init; } = [];

    public override string ToString() => $"AliasRecord({Id})";
}
