using System.Collections.Immutable;

namespace Coffer.Sdk.Replies;

/// <summary>What a successful login gives: all that the kernel needs to issue the token.</summary>
/// <param name="DisplayName">Who logged in, for audit and for names at outside systems. Without the mount's name; the kernel puts that before it.</param>
/// <param name="Policies">Policies of the token. <c>default</c> is added unless <see cref="NoDefaultPolicy"/>.</param>
public sealed record LoginGrant(string DisplayName, ImmutableArray<string> Policies)
{
    /// <summary>The name this identity has at this mount, exactly as it was proved; becomes the entity alias.</summary>
    public required string AliasName { get; init; }

    /// <summary>What the method knows of that name, for templates in policies: kept with the alias. Null leaves what is there.</summary>
    public ImmutableSortedDictionary<string, string>? AliasMetadata { get; init; }

    public ImmutableSortedDictionary<string, string> Metadata { get; init; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Zero: the mount's default.</summary>
    public TimeSpan Ttl { get; init; }

    /// <summary>Zero: the mount's maximum.</summary>
    public TimeSpan MaxTtl { get; init; }

    /// <summary>Zero: never, whatever is renewed.</summary>
    public TimeSpan ExplicitMaxTtl { get; init; }

    /// <summary>Zero: not periodic.</summary>
    public TimeSpan Period { get; init; }

    /// <summary>Zero: any number.</summary>
    public long NumUses { get; init; }

    public bool NoDefaultPolicy { get; init; }

    public LoginTokenKind Kind { get; init; }

    public bool Renewable { get; init; } = true;

    /// <summary>Networks the token may be used from; empty means from anywhere.</summary>
    public ImmutableArray<string> BoundCidrs { get; init; } = [];

    /// <summary>Names of outside groups that this login proved.</summary>
    public ImmutableArray<string> GroupAliases { get; init; } = [];

    /// <summary>What a renewal needs to check again; stored with the token, never shown.</summary>
    public ImmutableSortedDictionary<string, string> Internal { get; init; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
}

/// <summary>Which kind of token a login asks for.</summary>
public enum LoginTokenKind
{
    /// <summary>What the mount gives unless it says otherwise.</summary>
    MountDefault,

    /// <summary>Kept in the store: can be renewed, looked up and revoked.</summary>
    Service,

    /// <summary>Sealed into itself and kept nowhere.</summary>
    Batch,
}
