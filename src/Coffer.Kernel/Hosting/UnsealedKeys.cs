using Coffer.Barrier;
using Coffer.Sdk.Primitives;

namespace Coffer.Kernel.Hosting;

/// <summary>The keys that are in memory while the server is unsealed. Disposing them clears them.</summary>
/// <param name="Root">Opens the keyring.</param>
/// <param name="Cipher">Seals and opens the entries of the store.</param>
/// <param name="Tokens">Hashes the texts of tokens.</param>
internal sealed record UnsealedKeys(SecretBytes Root, EntryCipher Cipher, HmacKey Tokens) : IDisposable
{
    private const int KeyBytes = 32;

    /// <summary>Keys that belong to no store.</summary>
    public static UnsealedKeys ThrowAway(IRandom random, TimeProvider clock)
    {
        using var token = SecretBytes.Random(KeyBytes, random);
        return new(SecretBytes.Random(KeyBytes, random), new EntryCipher(Keyring.Create(random, clock), random), new HmacKey(token.Expose()));
    }

    public void Dispose()
    {
        Cipher.Dispose();
        Tokens.Dispose();
        Root.Dispose();
    }
}
