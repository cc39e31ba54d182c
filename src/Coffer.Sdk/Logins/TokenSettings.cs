using System.Collections.Immutable;
using Coffer.Sdk.Replies;

namespace Coffer.Sdk.Logins;

/// <summary>What tokens of a login are like: the <c>token_*</c> fields that roles and users of every auth method share. Stored with them.</summary>
public sealed record TokenSettings
{
    /// <summary>As written: case and order are kept for reading back, and made canonical when a token is issued.</summary>
    public ImmutableArray<string> Policies { get; init; } = [];

    /// <summary>Networks that may log in and use the token; empty means from anywhere.</summary>
    public ImmutableArray<string> BoundCidrs { get; init; } = [];

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

    /// <summary><c>default</c>, <c>service</c>, <c>batch</c>, <c>default-service</c> or <c>default-batch</c>.</summary>
    public string Type { get; init; } = "default";

    /// <summary>Names of before the <c>token_</c> ones that were used to write it: they are shown beside the new until those are written.</summary>
    public ImmutableSortedSet<string> OldNames { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>The grant of a login under these settings.</summary>
    /// <param name="name">Who logged in: its display name and its alias.</param>
    public LoginGrant Grant(string name) => new(name, Policies)
    {
        AliasName = name,
        Ttl = Ttl,
        MaxTtl = MaxTtl,
        ExplicitMaxTtl = ExplicitMaxTtl,
        Period = Period,
        NumUses = NumUses,
        NoDefaultPolicy = NoDefaultPolicy,
        BoundCidrs = BoundCidrs,
        Kind = Type switch
        {
            "batch" or "default-batch" => LoginTokenKind.Batch,
            "service" or "default-service" => LoginTokenKind.Service,
            _ => LoginTokenKind.MountDefault,
        },
    };
}
