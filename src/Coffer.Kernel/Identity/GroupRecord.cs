using System.Collections.Immutable;

namespace Coffer.Kernel.Identity;

/// <summary>A group of entities and of groups. Its entities have entries of their own; see <see cref="IdentityKeys.Members"/>. Immutable.</summary>
public sealed record GroupRecord
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    /// <summary>Its members are decided by an outside system, at each login.</summary>
    public bool External { get; init; }

    public ImmutableSortedDictionary<string, string>? Metadata { get; init; }

    /// <summary>Canonical, and never <c>root</c>.</summary>
    public ImmutableArray<string> Policies { get; init; } = [];

    public ImmutableArray<string> MemberGroupIds { get; init; } = [];

    /// <summary>Groups that this one is a direct member of.</summary>
    public ImmutableArray<string> ParentGroupIds { get; init; } = [];

    /// <summary>Of an external group: what the outside system calls it.</summary>
    public AliasRecord? Alias { get; init; }

    public DateTimeOffset CreationTime { get; init; }

    public DateTimeOffset LastUpdateTime { get; init; }

    /// <summary>Counts the changes.</summary>
    public long ModifyIndex { get; init; }

    public override string ToString() => $"GroupRecord({Id})";
}
