namespace Coffer.Kernel.Leases;

/// <summary>An entry of the due index.</summary>
/// <param name="Key">Its storage key.</param>
/// <param name="Due">When it was, or is, due.</param>
/// <param name="IsToken">A token, and no lease of a secret.</param>
/// <param name="Name">The token's accessor or the lease's id.</param>
/// <param name="Lane">The UUID of the mount at whose outside system it ends; the lane of tokens for none.</param>
public sealed record DueEntry(string Key, DateTimeOffset Due, bool IsToken, string Name, string Lane);
