using System.Text;

namespace Coffer.Storage;

/// <summary>The checks that every store makes before it does anything. Messages say the limit and never the key.</summary>
internal static class StoreArguments
{
    /// <summary>Up to here, comparing each key with each other is quicker than a set.</summary>
    private const int PairwiseMax = 8;

    public static void CheckKey(string key, string parameter = "key")
    {
        ArgumentNullException.ThrowIfNull(key, parameter);
        if (key.Length == 0)
        {
            throw new ArgumentException("A key must not be empty.", parameter);
        }

        CheckText(key, parameter);
    }

    public static void CheckScan(string prefix, string? after, int limit)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        CheckText(prefix, nameof(prefix));
        if (after is not null)
        {
            CheckText(after, nameof(after));
        }

        if (limit is < 1 or > StoreLimits.ScanMax)
        {
            throw new ArgumentOutOfRangeException(nameof(limit), limit, $"A scan returns between 1 and {StoreLimits.ScanMax} entries.");
        }
    }

    /// <returns>Bytes that the batch is going to write, an estimate for sizing groups.</returns>
    public static long CheckBatch(StoreBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var bytes = 0L;
        for (var i = 0; i < batch.Writes.Count; i++)
        {
            var write = batch.Writes[i];
            CheckKey(write.Key, nameof(batch));
            var length = write.Value.GetValueOrDefault().Length;
            if (length > StoreLimits.ValueBytesMax)
            {
                throw new ArgumentException($"A value of {length} bytes is over the limit of {StoreLimits.ValueBytesMax}.", nameof(batch));
            }

            bytes += write.Key.Length + length;
        }

        CheckKeysDiffer(batch.Writes, nameof(batch));
        foreach (var precondition in batch.Preconditions)
        {
            CheckKey(precondition.Key, nameof(batch));
            if (precondition.Version < 0)
            {
                throw new ArgumentException("A precondition's version must not be negative; zero asks for absence.", nameof(batch));
            }
        }

        return bytes;
    }

    private static void CheckKeysDiffer(IReadOnlyList<StoreWrite> writes, string parameter)
    {
        var seen = writes.Count > PairwiseMax ? new HashSet<string>(writes.Count, StringComparer.Ordinal) : null;
        for (var i = 0; i < writes.Count; i++)
        {
            var repeated = seen is null ? StandsBefore(writes, i) : !seen.Add(writes[i].Key);
            if (repeated)
            {
                throw new ArgumentException("A key occurs more than once among the writes of a batch.", parameter);
            }
        }
    }

    private static bool StandsBefore(IReadOnlyList<StoreWrite> writes, int index)
    {
        for (var i = 0; i < index; i++)
        {
            if (string.Equals(writes[i].Key, writes[index].Key, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private static void CheckText(string text, string parameter)
    {
        // Three bytes is the most that one UTF-16 unit can take, so most keys need no counting.
        if (text.Length > StoreLimits.KeyBytesMax / 3 && Encoding.UTF8.GetByteCount(text) > StoreLimits.KeyBytesMax)
        {
            throw new ArgumentException($"A key is over the limit of {StoreLimits.KeyBytesMax} bytes of UTF-8.", parameter);
        }

        if (text.Contains('\0'))
        {
            throw new ArgumentException("A key must not contain U+0000.", parameter);
        }

        if (text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') && !IsWellFormed(text))
        {
            throw new ArgumentException("A key must be well-formed text: it has half of a surrogate pair.", parameter);
        }
    }

    private static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out _, out var consumed) != System.Buffers.OperationStatus.Done)
            {
                return false;
            }

            text = text[consumed..];
        }

        return true;
    }
}
