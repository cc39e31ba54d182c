using System.Collections.Immutable;

namespace Coffer.Kernel.Identity;

/// <summary>An identity entity. Aliases and group ids are stored inline, because every request of its tokens reads them. Immutable.</summary>
public sealed record EntityRecord
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    /// <summary>Null differs from empty, as in Vault.</summary>
    public ImmutableSortedDictionary<string, string>? Metadata { get; init; }

    /// <summary>Canonical, and never <c>root</c>.</summary>
    public ImmutableArray<string> Policies { get; init; } = [];

    /// <summary>Can neither log in nor use its tokens.</summary>
    public bool Disabled { get; init; }

    public DateTimeOffset CreationTime { get; init; }

    public DateTimeOffset LastUpdateTime { get; init; }

    /// <summary>Entities that were merged into this one, through others as well.</summary>
    public ImmutableArray<string> MergedEntityIds { get; init; } = [];

    /// <summary>At most one a mount.</summary>
    public ImmutableArray<AliasRecord> Aliases { get; init; } = [];

    /// <summary>Groups it is a direct member of. May name one that was deleted while a login joined it: such a name counts for nothing.</summary>
    public ImmutableArray<string> GroupIds { get; init; } = [];

    public AliasRecord? AliasAt(string accessor) => Aliases.FirstOrDefault(alias => alias.MountAccessor == accessor);

    public override string ToString() => $"EntityRecord({Id})";
}
