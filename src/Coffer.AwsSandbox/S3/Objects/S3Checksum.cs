using System.Buffers.Binary;
using System.Security.Cryptography;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.S3.Objects;

/// <summary>The checksum that a client sends along: checked here, kept, and given back.</summary>
/// <param name="Algorithm">Such as <c>CRC32</c>.</param>
/// <param name="Value">Base 64.</param>
internal sealed record S3Checksum(string Algorithm, string Value)
{
    private static readonly uint[] Table = MakeTable();

    public string Header => $"x-amz-checksum-{Algorithm}";

    /// <summary>Null when the request names none that is known here; CRC32C and CRC64NVME are left unchecked and are not given back.</summary>
    public static S3Checksum? Of(WireRequest request)
    {
        foreach (var (algorithm, compute) in new (string, Func<byte[], byte[]>)[]
        {
            ("CRC32", Crc32),
#pragma warning disable CA5350 // A checksum, chosen by the client.
            ("SHA1", SHA1.HashData),
#pragma warning restore CA5350
            ("SHA256", SHA256.HashData),
        })
        {
            if (request.Header($"x-amz-checksum-{algorithm}") is not { } given)
            {
                continue;
            }

            return given == Convert.ToBase64String(compute(request.Body))
                ? new S3Checksum(algorithm, given)
                : throw new AwsFault(400, "BadDigest", $"The {algorithm} you specified did not match the calculated checksum.");
        }

        return null;
    }

    private static byte[] Crc32(byte[] body)
    {
        var value = uint.MaxValue;
        foreach (var part in body)
        {
            value = (value >> 8) ^ Table[(value ^ part) & 0xFF];
        }

        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, ~value);
        return bytes;
    }

    private static uint[] MakeTable()
    {
        var table = new uint[256];
        for (uint i = 0; i < 256; i++)
        {
            var value = i;
            for (var bit = 0; bit < 8; bit++)
            {
                value = (value & 1) != 0 ? (value >> 1) ^ 0xEDB88320 : value >> 1;
            }

            table[i] = value;
        }

        return table;
    }
}
