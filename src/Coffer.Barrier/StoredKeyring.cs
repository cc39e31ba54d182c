namespace Coffer.Barrier;

/// <summary>A keyring as it is in the store.</summary>
/// <param name="Ring">The receiver disposes it.</param>
/// <param name="Version">The entry's version, the condition for storing the next ring.</param>
public readonly record struct StoredKeyring(Keyring Ring, long Version);
