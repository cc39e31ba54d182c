using System.Buffers;
using System.Security.Cryptography;

namespace Coffer.AwsSandbox.S3.Objects;

/// <summary>The bytes of objects: several pieces, one after the other, as they were uploaded.</summary>
internal static class S3Bytes
{
    /// <summary>The pieces one after the other, without a copy of them.</summary>
    public static ReadOnlySequence<byte> Join(IEnumerable<ReadOnlySequence<byte>> pieces)
    {
        Segment? first = null;
        Segment? last = null;
        foreach (var memory in pieces.SelectMany(Memories))
        {
            last = last is null ? new Segment(memory, 0) : last.Append(memory);
            first ??= last;
        }

        return first is null || last is null ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

#pragma warning disable CA5351, CA1850 // The ETag of an object is its MD5; nothing is protected by it.
    public static byte[] Md5(ReadOnlySequence<byte> bytes) => Hash(bytes, HashAlgorithmName.MD5);
#pragma warning restore CA5351, CA1850

    public static byte[] Hash(ReadOnlySequence<byte> bytes, HashAlgorithmName algorithm)
    {
        using var hash = IncrementalHash.CreateHash(algorithm);
        foreach (var memory in bytes)
        {
            hash.AppendData(memory.Span);
        }

        return hash.GetHashAndReset();
    }

    /// <summary>An MD5 as an ETag: lower-case hex between quotation marks.</summary>
    public static string ETag(byte[] md5, string suffix = "") => $"\"{Convert.ToHexStringLower(md5)}{suffix}\"";

    private static IEnumerable<ReadOnlyMemory<byte>> Memories(ReadOnlySequence<byte> bytes)
    {
        foreach (var memory in bytes)
        {
            if (!memory.IsEmpty)
            {
                yield return memory;
            }
        }
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long before) => (Memory, RunningIndex) = (memory, before);

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
