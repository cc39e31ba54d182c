using System.Buffers.Binary;
using System.Security.Cryptography;
using Coffer.Sdk.Primitives;

namespace Coffer.Storage.Sqlite.Register;

/// <summary>The register as it is stored, in the row whose key is one zero byte, which no entry can have. Every commit writes it.</summary>
/// <remarks>
/// Format 1, numbers big-endian: version byte 1, the database's identity and its generation (8 each), the number of kinds (1), for each its id and the keyed hash of its
/// entries (16 each; a hash of zero says that the kind did not match and that no operator has accepted it), and the seal over all of this (32).
/// </remarks>
internal static class RegisterRow
{
    /// <summary>The hash of a kind that does not match.</summary>
    public static readonly UInt128 Touched = UInt128.Zero;

    /// <summary>Bytes of the stored key.</summary>
    public static ReadOnlySpan<byte> Key => [0];

    private const byte Version = 1;
    private const int HeadBytes = 1 + (2 * sizeof(long)) + 1;
    private const int KindBytes = 2 * 16;

    public static byte[] Write(RegisterMacs macs, long identity, long generation, ReadOnlySpan<(UInt128 Id, UInt128 Mac)> kinds)
    {
        var row = new byte[HeadBytes + (kinds.Length * KindBytes) + HmacKey.MacBytes];
        row[0] = Version;
        BinaryPrimitives.WriteInt64BigEndian(row.AsSpan(1), identity);
        BinaryPrimitives.WriteInt64BigEndian(row.AsSpan(9), generation);
        row[17] = checked((byte)kinds.Length);
        var rest = row.AsSpan(HeadBytes);
        foreach (var (id, mac) in kinds)
        {
            BinaryPrimitives.WriteUInt128BigEndian(rest, id);
            BinaryPrimitives.WriteUInt128BigEndian(rest[16..], mac);
            rest = rest[KindBytes..];
        }

        macs.SealRow(row.AsSpan(0, row.Length - HmacKey.MacBytes), rest);
        return row;
    }

    /// <summary>The hash of each kind by its id; null when the row is not the one that belongs to this generation of this database.</summary>
    public static Dictionary<UInt128, UInt128>? Read(ReadOnlySpan<byte> row, RegisterMacs macs, long identity, long generation)
    {
        if (row.Length < HeadBytes + HmacKey.MacBytes || row[0] != Version || row.Length != HeadBytes + (row[17] * KindBytes) + HmacKey.MacBytes)
        {
            return null;
        }

        Span<byte> seal = stackalloc byte[HmacKey.MacBytes];
        macs.SealRow(row[..^HmacKey.MacBytes], seal);
        if (!CryptographicOperations.FixedTimeEquals(seal, row[^HmacKey.MacBytes..])
            || BinaryPrimitives.ReadInt64BigEndian(row[1..]) != identity
            || BinaryPrimitives.ReadInt64BigEndian(row[9..]) != generation)
        {
            return null;
        }

        var kinds = new Dictionary<UInt128, UInt128>();
        for (var rest = row[HeadBytes..^HmacKey.MacBytes]; !rest.IsEmpty; rest = rest[KindBytes..])
        {
            kinds[BinaryPrimitives.ReadUInt128BigEndian(rest)] = BinaryPrimitives.ReadUInt128BigEndian(rest[16..]);
        }

        return kinds;
    }
}
