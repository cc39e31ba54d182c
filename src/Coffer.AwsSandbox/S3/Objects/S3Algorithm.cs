using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Coffer.AwsSandbox.S3.Objects;

/// <summary>A way to compute a checksum that clients may choose.</summary>
/// <param name="Name">As S3 writes it, such as <c>CRC32</c>.</param>
/// <param name="Bytes">How long its result is.</param>
/// <param name="Compute">The checksum, as raw bytes.</param>
internal sealed record S3Algorithm(string Name, int Bytes, Func<ReadOnlySequence<byte>, byte[]> Compute)
{
    public static ImmutableArray<S3Algorithm> All { get; } =
    [
        new("CRC32", 4, new Crc(0xEDB88320, 32).Of) { MayCoverWhole = true },
        new("CRC32C", 4, new Crc(0x82F63B78, 32).Of) { MayCoverWhole = true },
        new("CRC64NVME", 8, new Crc(0x9A6C9329AC4BC9B5, 64).Of) { MayCoverWhole = true, MayCoverParts = false },
        new("SHA1", 20, bytes => S3Bytes.Hash(bytes, HashAlgorithmName.SHA1)),
        new("SHA256", 32, bytes => S3Bytes.Hash(bytes, HashAlgorithmName.SHA256)),
    ];

    /// <summary>Whether the checksum of an object uploaded in parts may be that of the whole object.</summary>
    public bool MayCoverWhole { get; init; }

    /// <summary>Whether it may be the checksum of the parts' checksums.</summary>
    public bool MayCoverParts { get; init; } = true;

#pragma warning disable CA1308 // Header names are written in lower case.
    public string Header { get; } = "x-amz-checksum-" + Name.ToLowerInvariant();
#pragma warning restore CA1308

    public string Element => "Checksum" + Name;

    /// <summary>Null when the sandbox does not know it.</summary>
    public static S3Algorithm? Named(string name) => All.FirstOrDefault(algorithm => algorithm.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
