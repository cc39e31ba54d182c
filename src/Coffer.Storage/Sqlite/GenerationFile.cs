using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Coffer.Storage.Sqlite;

/// <summary>How far the database had come, in a small file beside it: a copy of the database that was put back later is behind it.</summary>
/// <remarks>
/// Written after a commit and before its answer, so it is never ahead of what is durable, and needs no fsync of its own. 64 bytes: the magic text (8), the
/// database's identity, its generation and the time in Unix milliseconds (8 each, big-endian), and the first 32 bytes of the SHA-256 of these. What cannot be read counts
/// as absent. It finds mistakes; against someone who may write the folder it proves nothing.
/// </remarks>
internal sealed class GenerationFile : IDisposable
{
    private const int Size = 64;
    private const int Signed = 32;

    private readonly string _path;
    private readonly byte[] _buffer = new byte[Size];
    private FileStream? _file;

    public GenerationFile(string databasePath) => _path = databasePath + ".generation";

    private static ReadOnlySpan<byte> Magic => "coffergn"u8;

    /// <summary>What was known of the database with this identity; null when nothing is.</summary>
    public StoreMark? Read(long identity)
    {
        try
        {
            using var file = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            Span<byte> bytes = stackalloc byte[Size];
            return file.ReadAtLeast(bytes, Size, throwOnEndOfStream: false) == Size
                && bytes[..8].SequenceEqual(Magic)
                && SHA256.HashData(bytes[..Signed]).AsSpan().SequenceEqual(bytes[Signed..])
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
    public void Write(long identity, StoreMark mark)
    {
        Magic.CopyTo(_buffer);
        BinaryPrimitives.WriteInt64BigEndian(_buffer.AsSpan(8), identity);
        BinaryPrimitives.WriteInt64BigEndian(_buffer.AsSpan(16), mark.Generation);
        BinaryPrimitives.WriteInt64BigEndian(_buffer.AsSpan(24), mark.Time.ToUnixTimeMilliseconds());
        SHA256.HashData(_buffer.AsSpan(0, Signed), _buffer.AsSpan(Signed));
        var isNew = _file is null && !File.Exists(_path);
        _file ??= SqliteFile.OpenOrCreate(_path, FileShare.ReadWrite | FileShare.Delete);
        RandomAccess.Write(_file.SafeFileHandle, _buffer, 0);
        if (isNew)
        {
            // A power cut must not take away the file itself: then the next start would take the database for a copy.
            RandomAccess.FlushToDisk(_file.SafeFileHandle);
        }
    }

    public void Dispose() => _file?.Dispose();
}
