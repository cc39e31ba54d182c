using System.Security.Cryptography;
using Coffer.Sdk.Primitives;

namespace Coffer.Barrier;

/// <summary>A cipher with a stock of nonces. For one thread at a time.</summary>
internal sealed class Sealer(AesGcm cipher) : IDisposable
{
    // One call of the generator costs about as much as sealing a small entry, whether it asks for 12 bytes or for many.
    private const int NoncesInStock = 64;

    private readonly byte[] _nonces = new byte[NoncesInStock * Aead.NonceBytes];
    private int _used = NoncesInStock;

    public AesGcm Cipher => cipher;

    /// <summary>Moves a nonce that was never used before out of the stock.</summary>
    public void TakeNonce(Span<byte> destination, IRandom random)
    {
        if (_used == NoncesInStock)
        {
            random.Fill(_nonces);
            _used = 0;
        }

        var nonce = _nonces.AsSpan(_used * Aead.NonceBytes, Aead.NonceBytes);
        _used++;
        nonce.CopyTo(destination);
        CryptographicOperations.ZeroMemory(nonce);
    }

    public void Dispose()
    {
        cipher.Dispose();
        CryptographicOperations.ZeroMemory(_nonces);
    }
}
