namespace Coffer.Kernel.Leases;

/// <summary>Whom a lease ends with.</summary>
public enum OwnerKind
{
    /// <summary>The token that asked for it.</summary>
    Token,

    /// <summary>The entity behind that token: the lease outlives a short login.</summary>
    Entity,

    /// <summary>Nobody: only its own time, or a revocation, ends it.</summary>
    None,
}
