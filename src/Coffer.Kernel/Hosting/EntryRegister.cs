using System.Collections.Immutable;
using System.Security.Cryptography;
using Coffer.Barrier;
using Coffer.Kernel.Policies;
using Coffer.Kernel.Seal;
using Coffer.Kernel.Tokens;
using Coffer.Storage;

namespace Coffer.Kernel.Hosting;

/// <summary>
/// What the store keeps a register of (<see cref="IStoreRegister"/>): everything that decides who may do what. The barrier proves that this server has sealed an entry for its
/// key; the register proves that it is the newest.
/// </summary>
internal static class EntryRegister
{
    private const int KeyBytes = 32;

    /// <summary>Another name or another prefix makes another kind, which counts as registered for the first time.</summary>
    public static ImmutableArray<RegisteredKind> Kinds { get; } =
    [
        new("key material", [SealKeys.Keyring, SealKeys.SlotPrefix, TokenKeys.HashKey, RekeyBackup.StorageKey]),
        new("policies", [StoredPolicy.Prefix]),
        new("tokens", ["token/"]),
        new("identities", ["identity/"]),
        new("mounts and settings", ["core/"]),
    ];

    /// <summary>Opens the store's register.</summary>
    /// <param name="condition">Null: the store has none.</param>
    /// <param name="tokenKey">Never changes, and is known as soon as the keyring is.</param>
    /// <param name="cancellation">Heeded until the opening begins.</param>
    /// <exception cref="StoreUnavailableException">The store cannot be read.</exception>
    public static ValueTask OpenAsync(IStoreCondition? condition, ReadOnlySpan<byte> tokenKey, CancellationToken cancellation)
    {
        if (condition is null)
        {
            return ValueTask.CompletedTask;
        }

        var key = new byte[KeyBytes];
        HKDF.Expand(HashAlgorithmName.SHA256, tokenKey, key, "coffer/entry-register"u8);
        return OpenAsync(condition, key, cancellation);
    }

    /// <summary>Forgets the key: the server is sealed.</summary>
    public static ValueTask CloseAsync(IStoreCondition? condition) => condition?.CloseRegisterAsync() ?? ValueTask.CompletedTask;

    private static async ValueTask OpenAsync(IStoreCondition condition, byte[] key, CancellationToken cancellation)
    {
        try
        {
            await condition.OpenRegisterAsync(key, Kinds, cancellation);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }
}
