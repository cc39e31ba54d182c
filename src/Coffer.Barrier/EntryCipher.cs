using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Unicode;
using Coffer.Sdk.Primitives;

namespace Coffer.Barrier;

/// <summary>Seals and opens stored entries with the keyring. All members may be called from many threads at once.</summary>
/// <remarks>
/// Format 1 of a sealed entry: version byte 1, term (4, big-endian), nonce (12, random), ciphertext, tag (16); AES-256-GCM. Associated data
/// is <see cref="ContextLabels.Entry"/>, the version byte, the term and the storage key in UTF-8, so an entry that was moved to another key,
/// or given another term, does not open. What is not hidden: the length of an entry, and which storage keys exist.
/// A store that gives back an older value of the same key is not noticed here.
/// </remarks>
public sealed class EntryCipher : IDisposable
{
    private readonly IRandom _random;
    private readonly Lock _adopting = new();
    private volatile TermTable _table;
    private Keyring _ring;

    /// <param name="ring">Owned by the cipher from here on.</param>
    /// <param name="random">Source of the nonces.</param>
    public EntryCipher(Keyring ring, IRandom random)
    {
        _ring = ring;
        _table = ring.Table;
        _random = random;
    }

    /// <summary>Bytes that a sealed entry is longer than what is in it.</summary>
    public const int Overhead = HeaderBytes + Aead.Overhead;

    /// <summary>The ring in use, as a share of the caller's own, to be disposed by it.</summary>
    /// <exception cref="ObjectDisposedException">The barrier is sealed.</exception>
    public Keyring ShareRing()
    {
        lock (_adopting)
        {
            return _ring.Share();
        }
    }

    /// <summary>
    /// Uses a newer ring from now on: one rotated here and stored, or one that another node has stored. Entries being sealed or opened
    /// meanwhile go on with the term they began with.
    /// </summary>
    /// <param name="newer">Owned by the cipher when this returns; disposed by it also when this throws.</param>
    /// <exception cref="BarrierException">
    /// <see cref="BarrierProblem.Conflict"/>: the ring lacks a term of the one in use, or has another key for it. Nothing changed.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The barrier is sealed.</exception>
    public void Adopt(Keyring newer)
    {
        using (newer)
        {
            lock (_adopting)
            {
                var merged = _ring.Merge(newer);
                _table = merged.Table;
                _ring.Dispose();
                _ring = merged;
            }
        }
    }

    /// <summary>Seals a value for a storage key under the active term.</summary>
    /// <exception cref="ObjectDisposedException">The barrier is sealed.</exception>
    public byte[] Seal(string storageKey, ReadOnlySpan<byte> plaintext)
    {
        var sealedEntry = GC.AllocateUninitializedArray<byte>(plaintext.Length + Overhead);
        Seal(storageKey, plaintext, sealedEntry);
        return sealedEntry;
    }

    /// <summary>Seals into a buffer of the caller's.</summary>
    /// <param name="storageKey">Text without unpaired surrogates.</param>
    /// <param name="plaintext">Any number of bytes.</param>
    /// <param name="destination">At least <see cref="Overhead"/> bytes longer than the plaintext, and apart from it in memory.</param>
    /// <returns>Bytes written: the plaintext's and <see cref="Overhead"/>.</returns>
    /// <exception cref="ArgumentException">The destination is too short, or the storage key is not valid text.</exception>
    /// <exception cref="ObjectDisposedException">The barrier is sealed.</exception>
    public int Seal(string storageKey, ReadOnlySpan<byte> plaintext, Span<byte> destination)
    {
        var length = checked(plaintext.Length + Overhead);
        if (destination.Length < length)
        {
            throw new ArgumentException($"the destination has {destination.Length} bytes, needs {length}", nameof(destination));
        }

        var term = _table.Active;
        destination[0] = Version;
        BinaryPrimitives.WriteUInt32BigEndian(destination[1..], term.Number);
        using var associated = new AssociatedData(storageKey, destination[..HeaderBytes], stackalloc byte[AssociatedData.StackBytes]);

        var cipher = term.Ciphers.Rent();
        try
        {
            var box = destination[HeaderBytes..length];
            _random.Fill(box[..Aead.NonceBytes]);
            term.CountEncryption();
            Aead.Seal(cipher, plaintext, box, associated.Bytes);
        }
        finally
        {
            term.Ciphers.Return(cipher);
        }

        return length;
    }

    /// <summary>The value of an entry that was sealed for this storage key.</summary>
    /// <exception cref="BarrierException">The entry is damaged, was moved, or is of a term or version that is not known here.</exception>
    /// <exception cref="ObjectDisposedException">The barrier is sealed.</exception>
    public byte[] Open(string storageKey, ReadOnlySpan<byte> sealedEntry)
    {
        var plaintext = GC.AllocateUninitializedArray<byte>(PlaintextLength(sealedEntry));
        Open(storageKey, sealedEntry, plaintext);
        return plaintext;
    }

    /// <summary>Opens into a buffer of the caller's, which is zero as far as it was used when this throws.</summary>
    /// <param name="storageKey">The key that the entry was sealed for.</param>
    /// <param name="sealedEntry">The entry as stored.</param>
    /// <param name="destination">At least <see cref="PlaintextLength"/> bytes, apart from the entry in memory.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ArgumentException">The destination is too short, or the storage key is not valid text.</exception>
    /// <exception cref="BarrierException">The entry is damaged, was moved, or is of a term or version that is not known here.</exception>
    /// <exception cref="ObjectDisposedException">The barrier is sealed.</exception>
    public int Open(string storageKey, ReadOnlySpan<byte> sealedEntry, Span<byte> destination)
    {
        var length = PlaintextLength(sealedEntry);
        if (destination.Length < length)
        {
            throw new ArgumentException($"the destination has {destination.Length} bytes, needs {length}", nameof(destination));
        }

        var number = BinaryPrimitives.ReadUInt32BigEndian(sealedEntry[1..]);
        var term = _table.Find(number)
            ?? throw new BarrierException(BarrierProblem.UnknownTerm, $"the entry is sealed under term {number}, which the keyring does not hold");
        using var associated = new AssociatedData(storageKey, sealedEntry[..HeaderBytes], stackalloc byte[AssociatedData.StackBytes]);

        var cipher = term.Ciphers.Rent();
        try
        {
            if (!Aead.TryOpen(cipher, sealedEntry[HeaderBytes..], destination[..length], associated.Bytes))
            {
                throw new BarrierException(BarrierProblem.NotAuthentic, "the entry is damaged, or was sealed for another storage key");
            }
        }
        finally
        {
            term.Ciphers.Return(cipher);
        }

        return length;
    }

    /// <summary>Length in bytes of what is in a sealed entry, from its form alone.</summary>
    /// <exception cref="BarrierException">The entry is too short to be one, or of an unknown version.</exception>
    public static int PlaintextLength(ReadOnlySpan<byte> sealedEntry)
    {
        if (sealedEntry.Length < Overhead)
        {
            throw new BarrierException(BarrierProblem.Malformed, $"the entry has {sealedEntry.Length} bytes, fewer than the {Overhead} of an empty one");
        }

        if (sealedEntry[0] != Version)
        {
            throw new BarrierException(BarrierProblem.UnknownVersion, $"the entry has format {sealedEntry[0]}, expected {Version}");
        }

        return sealedEntry.Length - Overhead;
    }

    /// <summary>Seals the barrier: every key that nobody else holds a share of is zeroed.</summary>
    public void Dispose()
    {
        lock (_adopting)
        {
            _ring.Dispose();
        }
    }

    private const byte Version = 1;
    private const int HeaderBytes = 1 + sizeof(uint);

    /// <summary>Label, header and storage key in one piece; on the stack as a rule. Storage keys name secrets, so what is rented goes back zeroed.</summary>
    private readonly ref struct AssociatedData : IDisposable
    {
        public const int StackBytes = 256;

        private readonly byte[]? _rented;

        public AssociatedData(string storageKey, ReadOnlySpan<byte> header, Span<byte> stack)
        {
            var fixedBytes = ContextLabels.Entry.Length + header.Length;

            // Three bytes a UTF-16 unit is the most that UTF-8 takes.
            var most = checked(fixedBytes + (storageKey.Length * 3));
            var buffer = most <= stack.Length ? stack : _rented = ArrayPool<byte>.Shared.Rent(most);
            ContextLabels.Entry.CopyTo(buffer);
            header.CopyTo(buffer[ContextLabels.Entry.Length..]);

            // Replacing what is not valid would give two keys the same bytes.
            if (Utf8.FromUtf16(storageKey, buffer[fixedBytes..], out _, out var written, replaceInvalidSequences: false) != OperationStatus.Done)
            {
                Dispose();
                throw new ArgumentException("the storage key holds an unpaired surrogate", nameof(storageKey));
            }

            Bytes = buffer[..(fixedBytes + written)];
        }

        public ReadOnlySpan<byte> Bytes { get; }

        public void Dispose()
        {
            if (_rented is not null)
            {
                CryptographicOperations.ZeroMemory(_rented);
                ArrayPool<byte>.Shared.Return(_rented);
            }
        }
    }
}
