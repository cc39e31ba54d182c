namespace Coffer.Kernel.Identity.Oidc;

/// <summary>What the identity tokens of one purpose are like. Stored; immutable.</summary>
public sealed record OidcRoleRecord
{
    /// <summary>Name of the key that signs them.</summary>
    public required string Key { get; init; }

    /// <summary>Becomes their audience.</summary>
    public required string ClientId { get; init; }

    /// <summary>JSON with directives in place of values.</summary>
    public string Template { get; init; } = "";

    public TimeSpan Ttl { get; init; }
}
