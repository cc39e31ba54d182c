using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Coffer.Audit.Chain;

/// <summary>The SHA-256 of a line, as bytes. In the log it is written in lower-case hex.</summary>
internal readonly record struct LineHash
{
    /// <summary>Characters of a hash in hex.</summary>
    public const int HexCharacters = SHA256.HashSizeInBytes * 2;

    private readonly UInt128 _first;
    private readonly UInt128 _last;

    private LineHash(ReadOnlySpan<byte> bytes) =>
        (_first, _last) = (BinaryPrimitives.ReadUInt128BigEndian(bytes), BinaryPrimitives.ReadUInt128BigEndian(bytes[16..]));

    /// <summary>The hash before the first line of all.</summary>
    public static LineHash Zero => default;

    /// <param name="line">Without its newline.</param>
    public static LineHash Of(ReadOnlySpan<byte> line)
    {
        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(line, bytes);
        return new LineHash(bytes);
    }

    /// <param name="hex"><see cref="HexCharacters"/> hex digits.</param>
    /// <exception cref="FormatException">It is something else.</exception>
    public static LineHash Parse(string hex) =>
        hex.Length == HexCharacters ? new LineHash(Convert.FromHexString(hex)) : throw new FormatException($"the hash of a line has {HexCharacters} hex digits");

    /// <summary>Writes the hash in hex.</summary>
    /// <param name="hex">At least <see cref="HexCharacters"/> long.</param>
    public void WriteHex(Span<byte> hex)
    {
        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, _first);
        BinaryPrimitives.WriteUInt128BigEndian(bytes[16..], _last);
        Convert.TryToHexStringLower(bytes, hex, out _);
    }

    public override string ToString()
    {
        Span<byte> hex = stackalloc byte[HexCharacters];
        WriteHex(hex);
        return System.Text.Encoding.ASCII.GetString(hex);
    }
}
