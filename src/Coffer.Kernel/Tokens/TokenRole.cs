using System.Collections.Immutable;

namespace Coffer.Kernel.Tokens;

/// <summary>A token role: what tokens made under its name may be. Stored; immutable.</summary>
public sealed record TokenRole
{
    public required string Name { get; init; }

    public ImmutableArray<string> AllowedPolicies { get; init; } = [];

    public ImmutableArray<string> DisallowedPolicies { get; init; } = [];

    public ImmutableArray<string> AllowedPoliciesGlob { get; init; } = [];

    public ImmutableArray<string> DisallowedPoliciesGlob { get; init; } = [];

    public ImmutableArray<string> AllowedEntityAliases { get; init; } = [];

    public bool Orphan { get; init; }

    /// <summary>Stored as its opposite, so that the usual case takes no space.</summary>
    public bool NotRenewable { get; init; }

    /// <summary>Put at the end of the tokens' path, so that they can be revoked together.</summary>
    public string PathSuffix { get; init; } = "";

    public TimeSpan ExplicitMaxTtl { get; init; }

    public TimeSpan Period { get; init; }

    public long NumUses { get; init; }

    public bool NoDefaultPolicy { get; init; }

    public ImmutableArray<string> BoundCidrs { get; init; } = [];

    /// <summary><c>default-service</c>, <c>default-batch</c>, <c>service</c> or <c>batch</c>.</summary>
    public string TokenType { get; init; } = "default-service";

    /// <summary>Deprecated names that a value was last written under: the value is shown under that name too.</summary>
    public ImmutableArray<string> OldFields { get; init; } = [];
}
