using System.Buffers;

namespace Coffer.AwsSandbox.S3.Objects;

/// <summary>A cyclic redundancy check of 32 or 64 bits, reflected, that begins and ends with all bits turned round.</summary>
internal sealed class Crc
{
    private readonly ulong[] _table = new ulong[256];
    private readonly int _bits;

    /// <param name="polynomial">Reflected: its highest term at the lowest bit.</param>
    /// <param name="bits">32 or 64.</param>
    public Crc(ulong polynomial, int bits)
    {
        _bits = bits;
        for (var i = 0; i < _table.Length; i++)
        {
            var value = (ulong)i;
            for (var bit = 0; bit < 8; bit++)
            {
                value = (value & 1) != 0 ? (value >> 1) ^ polynomial : value >> 1;
            }

            _table[i] = value;
        }
    }

    /// <summary>Big-endian, four or eight bytes.</summary>
    public byte[] Of(ReadOnlySequence<byte> bytes)
    {
        var all = ulong.MaxValue >> (64 - _bits);
        var value = all;
        foreach (var memory in bytes)
        {
            foreach (var part in memory.Span)
            {
                value = (value >> 8) ^ _table[(value ^ part) & 0xFF];
            }
        }

        value ^= all;
        var result = new byte[_bits / 8];
        for (var i = result.Length - 1; i >= 0; i--, value >>= 8)
        {
            result[i] = (byte)(value & 0xFF);
        }

        return result;
    }
}
