using System.Buffers.Binary;
using Coffer.Sdk.Primitives;

namespace Coffer.Barrier;

/// <summary>The stored form of a keyring: all of its terms, sealed by the root key.</summary>
/// <remarks>
/// Format 1, numbers big-endian: version byte 1, nonce (12), ciphertext, tag (16); associated data is <see cref="ContextLabels.Keyring"/> and the version
/// byte. The plaintext is the number of terms (4), then for each, in ascending order, its number (4), the time of installation in milliseconds since
/// 1970 (8), encryptions so far (8) and the key (32).
/// </remarks>
public sealed class SealedKeyring
{
    private readonly (KeyringTerm Term, long Encryptions)[] _counts;

    private SealedKeyring(byte[] bytes, (KeyringTerm, long)[] counts)
    {
        Bytes = bytes;
        _counts = counts;
    }

    /// <summary>What to store.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Seals a ring under the root key.</summary>
    /// <exception cref="ObjectDisposedException">The ring or the root key is disposed.</exception>
    public static SealedKeyring Seal(Keyring ring, SecretBytes rootKey, IRandom random)
    {
        // Sealing the server may dispose the ring meanwhile. A share of its own keeps every key whole until it is written.
        using var held = ring.Share();
        var terms = held.Table.Terms;
        var counts = new (KeyringTerm, long)[terms.Length];
        using var plain = new PinnedBuffer(CountBytes + (terms.Length * TermBytes));
        BinaryPrimitives.WriteInt32BigEndian(plain.Span, terms.Length);
        for (var i = 0; i < terms.Length; i++)
        {
            var target = plain.Span.Slice(CountBytes + (i * TermBytes), TermBytes);
            counts[i] = (terms[i], terms[i].Encryptions);
            BinaryPrimitives.WriteUInt32BigEndian(target, terms[i].Number);
            BinaryPrimitives.WriteInt64BigEndian(target[4..], terms[i].Installed.ToUnixTimeMilliseconds());
            BinaryPrimitives.WriteInt64BigEndian(target[12..], counts[i].Item2);
            terms[i].ExposeKey().CopyTo(target[20..]);
        }

        var bytes = new byte[1 + Aead.Overhead + plain.Span.Length];
        bytes[0] = Version;
        random.Fill(bytes.AsSpan(1, Aead.NonceBytes));
        using var cipher = Aead.Cipher(rootKey.Expose());
        Aead.Seal(cipher, plain.Span, bytes.AsSpan(1), [.. ContextLabels.Keyring, Version]);
        return new SealedKeyring(bytes, counts);
    }

    /// <summary>Opens a stored keyring. The caller disposes the ring.</summary>
    /// <exception cref="BarrierException">The bytes are damaged, of an unknown version, or sealed by another root key.</exception>
    public static Keyring Open(ReadOnlySpan<byte> bytes, SecretBytes rootKey)
    {
        if (bytes.Length < 1 + Aead.Overhead + CountBytes + TermBytes)
        {
            throw new BarrierException(BarrierProblem.Malformed, $"the stored keyring has {bytes.Length} bytes, fewer than the smallest keyring");
        }

        if (bytes[0] != Version)
        {
            throw new BarrierException(BarrierProblem.UnknownVersion, $"the stored keyring has format {bytes[0]}, expected {Version}");
        }

        using var plain = new PinnedBuffer(bytes.Length - 1 - Aead.Overhead);
        using var cipher = Aead.Cipher(rootKey.Expose());
        if (!Aead.TryOpen(cipher, bytes[1..], plain.Span, [.. ContextLabels.Keyring, Version]))
        {
            throw new BarrierException(BarrierProblem.NotAuthentic, "the stored keyring does not open with this root key, or it is damaged");
        }

        return Decode(plain.Span);
    }

    /// <summary>Tells the ring that its counts are in the store now.</summary>
    internal void NoteStored()
    {
        foreach (var (term, encryptions) in _counts)
        {
            term.NoteStored(encryptions);
        }
    }

    /// <summary>The ring in an opened plaintext. Only a writer with the root key can have written it wrong, and it is checked all the same.</summary>
    internal static Keyring Decode(ReadOnlySpan<byte> plain)
    {
        var count = plain.Length < CountBytes ? 0 : BinaryPrimitives.ReadInt32BigEndian(plain);
        if (count is < 1 or > Limits.TermsMax || plain.Length != CountBytes + (count * TermBytes))
        {
            throw new BarrierException(BarrierProblem.Malformed, $"the keyring says it has {count} terms in {plain.Length} bytes");
        }

        // Checked as a whole before any key is copied, so that nothing has to be zeroed on the way out.
        var last = 0U;
        for (var i = 0; i < count; i++)
        {
            var source = plain.Slice(CountBytes + (i * TermBytes), TermBytes);
            var number = BinaryPrimitives.ReadUInt32BigEndian(source);
            if (number <= last
                || BinaryPrimitives.ReadInt64BigEndian(source[4..]) is < 0 or > MillisecondsMax
                || BinaryPrimitives.ReadInt64BigEndian(source[12..]) is < 0 or > EncryptionsMax)
            {
                throw new BarrierException(BarrierProblem.Malformed, $"term {i + 1} of {count} of the keyring is not well-formed");
            }

            last = number;
        }

        var terms = new KeyringTerm[count];
        for (var i = 0; i < count; i++)
        {
            var source = plain.Slice(CountBytes + (i * TermBytes), TermBytes);
            terms[i] = new KeyringTerm(
                BinaryPrimitives.ReadUInt32BigEndian(source),
                SecretBytes.CopyOf(source[20..]),
                DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(source[4..])),
                BinaryPrimitives.ReadInt64BigEndian(source[12..]));
        }

        return new Keyring(terms);
    }

    private const byte Version = 1;
    private const int CountBytes = 4;
    private const int TermBytes = 4 + 8 + 8 + Limits.KeyBytes;

    /// <summary>Year 9999, where <see cref="DateTimeOffset"/> ends.</summary>
    private const long MillisecondsMax = 253_402_300_799_999;

    /// <summary>Far above any real count, and far below where adding to it overflows.</summary>
    private const long EncryptionsMax = 1L << 60;
}
