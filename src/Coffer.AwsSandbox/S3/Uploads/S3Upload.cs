using System.Buffers;
using Coffer.AwsSandbox.S3.Objects;

namespace Coffer.AwsSandbox.S3.Uploads;

/// <summary>An upload in parts that is neither completed nor aborted.</summary>
internal sealed class S3Upload
{
    /// <summary>By key, then by id: the order in which uploads are listed.</summary>
    public static readonly IComparer<(string Key, string Id)> Order = Comparer<(string Key, string Id)>.Create(
        static (left, right) => string.CompareOrdinal(left.Key, right.Key) is not 0 and var order ? order : string.CompareOrdinal(left.Id, right.Id));

    public required string Key { get; init; }

    public required string Id { get; init; }

    public required DateTimeOffset Started { get; init; }

    public required string InitiatorArn { get; init; }

    public required S3Metadata Metadata { get; init; }

    public required S3Tags Tags { get; init; }

    /// <summary>The checksum that every part has to bring; null when none was chosen.</summary>
    public required S3Algorithm? Algorithm { get; init; }

    /// <summary>Whether the object's checksum will be that of all its bytes; otherwise it is that of the parts' checksums.</summary>
    public required bool CoversWhole { get; init; }

    public SortedDictionary<int, S3Part> Parts { get; } = [];

    public string ChecksumType => CoversWhole ? "FULL_OBJECT" : "COMPOSITE";
}

/// <param name="Body">Its bytes.</param>
/// <param name="Md5">Of its bytes.</param>
/// <param name="Modified">When it was uploaded.</param>
/// <param name="Checksum">The one it came with, or null.</param>
internal sealed record S3Part(ReadOnlySequence<byte> Body, byte[] Md5, DateTimeOffset Modified, S3Checksum? Checksum)
{
    public string ETag => S3Bytes.ETag(Md5);
}
