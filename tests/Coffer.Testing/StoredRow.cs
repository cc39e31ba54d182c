namespace Coffer.Testing;

/// <summary>An entry as the SQLite store keeps it.</summary>
/// <param name="Version">As the store gave it out.</param>
/// <param name="Value">Sealed.</param>
public sealed record StoredRow(long Version, byte[] Value);
