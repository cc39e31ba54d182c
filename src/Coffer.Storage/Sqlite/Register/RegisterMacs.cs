using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Coffer.Sdk.Primitives;

namespace Coffer.Storage.Sqlite.Register;

/// <summary>The keyed hashes of a register: HMAC-SHA256, cut to 128 bits where they are kept in memory. May be used by many threads at once.</summary>
internal sealed class RegisterMacs : IDisposable
{
    private const int KeyBytes = 32;
    private const int StackBytes = 512;
    private const byte OfKey = 1;
    private const byte OfEntry = 2;
    private const byte OfKindName = 3;
    private const byte OfKindSum = 4;
    private const byte OfRow = 5;
    private const byte OfRecord = 6;

    private readonly HmacKey _key;

    public RegisterMacs(ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(key.Length, KeyBytes);
        Span<byte> derived = stackalloc byte[KeyBytes];
        HKDF.Expand(HashAlgorithmName.SHA256, key, derived, "coffer/register"u8);
        _key = new HmacKey(derived);
        CryptographicOperations.ZeroMemory(derived);
    }

    /// <summary>Stands for a key of the store. That two keys have the same one is as unlikely as guessing a key of 64 bits.</summary>
    public UInt128 IdOf(string key)
    {
        byte[]? rented = null;
        var most = Encoding.UTF8.GetMaxByteCount(key.Length);
        var bytes = most <= StackBytes ? stackalloc byte[StackBytes] : rented = ArrayPool<byte>.Shared.Rent(most);
        var id = Short([OfKey], bytes[..Encoding.UTF8.GetBytes(key, bytes)]);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented, clearArray: true);
        }

        return id;
    }

    /// <summary>What an entry is: its key, its version and its value.</summary>
    public UInt128 OfEntryWith(UInt128 id, long version, ReadOnlySpan<byte> value)
    {
        Span<byte> head = stackalloc byte[1 + 16 + sizeof(long)];
        head[0] = OfEntry;
        BinaryPrimitives.WriteUInt128BigEndian(head[1..], id);
        BinaryPrimitives.WriteInt64BigEndian(head[17..], version);
        return Short(head, value);
    }

    /// <summary>Stands for a kind: another coverage under the same name is another kind.</summary>
    public UInt128 IdOf(RegisteredKind kind) => Short([OfKindName], Encoding.UTF8.GetBytes($"{kind.Name}\0{string.Join('\0', kind.Prefixes)}"));

    /// <summary>What a kind's entries are, all together. Never zero.</summary>
    public UInt128 OfKind(UInt128 kind, RegisterSum sum)
    {
        Span<byte> message = stackalloc byte[1 + 16 + 16 + sizeof(long)];
        message[0] = OfKindSum;
        BinaryPrimitives.WriteUInt128BigEndian(message[1..], kind);
        BinaryPrimitives.WriteUInt128BigEndian(message[17..], sum.Total);
        BinaryPrimitives.WriteInt64BigEndian(message[33..], sum.Count);
        return UInt128.Max(Short(message, []), 1);
    }

    /// <summary>Seals the register's row.</summary>
    public void SealRow(ReadOnlySpan<byte> bytes, Span<byte> mac) => _key.Hash([OfRow], bytes, mac);

    /// <summary>Seals the record of the generation beside the database.</summary>
    public void SealRecord(ReadOnlySpan<byte> bytes, Span<byte> mac) => _key.Hash([OfRecord], bytes, mac);

    public void Dispose() => _key.Dispose();

    private UInt128 Short(ReadOnlySpan<byte> head, ReadOnlySpan<byte> rest)
    {
        Span<byte> mac = stackalloc byte[HmacKey.MacBytes];
        _key.Hash(head, rest, mac);
        return BinaryPrimitives.ReadUInt128BigEndian(mac);
    }
}
