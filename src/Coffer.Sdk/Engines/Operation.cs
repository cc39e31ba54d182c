namespace Coffer.Sdk.Engines;

/// <summary>What a client may ask of a path. What only the kernel starts (renew, revoke) are methods of <see cref="Leases.IDynamicSecret"/>, not operations.</summary>
public enum Operation
{
    Read,
    List,
    Create,
    Update,
    Patch,
    Delete,
}
