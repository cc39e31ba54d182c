using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Coffer.Barrier;

/// <summary>AES-256-GCM as every format here uses it: a 12-byte nonce before and a 16-byte tag after the ciphertext.</summary>
internal static class Aead
{
    public const int NonceBytes = 12;
    public const int TagBytes = 16;

    /// <summary>Bytes that a box is longer than what is in it.</summary>
    public const int Overhead = NonceBytes + TagBytes;

    /// <exception cref="CryptographicException">The key is not an AES key.</exception>
    public static AesGcm Cipher(ReadOnlySpan<byte> key) => new(key, TagBytes);

    /// <summary>Fills <paramref name="box"/>, whose first 12 bytes hold the nonce already.</summary>
    /// <param name="box">Exactly <see cref="Overhead"/> bytes longer than the plaintext, and apart from it in memory.</param>
    public static void Seal(AesGcm cipher, ReadOnlySpan<byte> plaintext, Span<byte> box, ReadOnlySpan<byte> associated) =>
        cipher.Encrypt(box[..NonceBytes], plaintext, box[NonceBytes..^TagBytes], box[^TagBytes..], associated);

    /// <summary>False when the box is not authentic; <paramref name="plaintext"/> is then all zero.</summary>
    /// <param name="plaintext">Exactly <see cref="Overhead"/> bytes shorter than the box, and apart from it in memory.</param>
    public static bool TryOpen(AesGcm cipher, ReadOnlySpan<byte> box, Span<byte> plaintext, ReadOnlySpan<byte> associated)
    {
        try
        {
            cipher.Decrypt(box[..NonceBytes], box[NonceBytes..^TagBytes], box[^TagBytes..], plaintext, associated);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            CryptographicOperations.ZeroMemory(plaintext);
            return false;
        }
    }

    /// <summary>Appends a part to associated data with its length before it, so that two lists of parts never give the same bytes.</summary>
    public static void AppendPart(MemoryStream associated, ReadOnlySpan<byte> part)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(length, part.Length);
        associated.Write(length);
        associated.Write(part);
    }
}
