using System.Buffers.Binary;
using System.Security.Cryptography;
using Coffer.Sdk.Primitives;
using Coffer.Storage.Sqlite.Register;

namespace Coffer.Storage.Sqlite;

/// <summary>How far the database had come, in a small file beside it: a copy of the database that was put back later is behind it.</summary>
/// <remarks>
/// Written after a commit and before its answer, so it is never ahead of what is durable, and needs no fsync of its own. 96 bytes: the magic text (8), the
/// database's identity, its generation and the time in Unix milliseconds (8 each, big-endian), the SHA-256 of these (32), and the register's seal of these (32; absent
/// where there is no register). What cannot be read counts as absent. The seal keeps others from writing it; that somebody puts an older one back together with
/// the database is not found here.
/// </remarks>
internal sealed class GenerationFile : IDisposable
{
    private const int Signed = 32;
    private const int Unsealed = 64;
    private const int Size = Unsealed + HmacKey.MacBytes;

    private readonly string _path;
    private readonly byte[] _buffer = new byte[Size];
    private FileStream? _file;

    public GenerationFile(string databasePath) => _path = databasePath + ".generation";

    private static ReadOnlySpan<byte> Magic => "coffergn"u8;

    /// <summary>What was known of the database with this identity; null when nothing is.</summary>
    /// <param name="macs">Not null: it must be sealed with these.</param>
    public StoreMark? Read(long identity, RegisterMacs? macs = null)
    {
        try
        {
            using var file = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            Span<byte> bytes = stackalloc byte[Size];
            var read = file.ReadAtLeast(bytes, Size, throwOnEndOfStream: false);
            return read >= Unsealed
                && bytes[..8].SequenceEqual(Magic)
                && SHA256.HashData(bytes[..Signed]).AsSpan().SequenceEqual(bytes[Signed..Unsealed])
                && (macs is null || (read == Size && IsSealed(bytes, macs)))
                && BinaryPrimitives.ReadInt64BigEndian(bytes[8..]) == identity
                    ? new StoreMark(BinaryPrimitives.ReadInt64BigEndian(bytes[16..]), DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(bytes[24..])))
                    : null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Notes a commit.</summary>
    /// <param name="macs">Seals it; null where there is no register.</param>
    public void Write(long identity, StoreMark mark, RegisterMacs? macs)
    {
        Magic.CopyTo(_buffer);
        BinaryPrimitives.WriteInt64BigEndian(_buffer.AsSpan(8), identity);
        BinaryPrimitives.WriteInt64BigEndian(_buffer.AsSpan(16), mark.Generation);
        BinaryPrimitives.WriteInt64BigEndian(_buffer.AsSpan(24), mark.Time.ToUnixTimeMilliseconds());
        SHA256.HashData(_buffer.AsSpan(0, Signed), _buffer.AsSpan(Signed));
        macs?.SealRecord(_buffer.AsSpan(0, Signed), _buffer.AsSpan(Unsealed));
        var isNew = _file is null && !File.Exists(_path);
        _file ??= SqliteFile.OpenOrCreate(_path, FileShare.ReadWrite | FileShare.Delete);
        RandomAccess.Write(_file.SafeFileHandle, macs is null ? _buffer.AsSpan(0, Unsealed) : _buffer, 0);
        if (isNew)
        {
            // A power cut must not take away the file itself: then the next start would take the database for a copy.
            RandomAccess.FlushToDisk(_file.SafeFileHandle);
        }
    }

    public void Dispose() => _file?.Dispose();

    private static bool IsSealed(ReadOnlySpan<byte> bytes, RegisterMacs macs)
    {
        Span<byte> seal = stackalloc byte[HmacKey.MacBytes];
        macs.SealRecord(bytes[..Signed], seal);
        return CryptographicOperations.FixedTimeEquals(seal, bytes[Unsealed..]);
    }
}
