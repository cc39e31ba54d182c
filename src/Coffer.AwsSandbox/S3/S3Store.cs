using Coffer.AwsSandbox.S3.Objects;

namespace Coffer.AwsSandbox.S3;

/// <summary>Buckets and objects in memory.</summary>
internal sealed class S3Store(long bytesMax)
{
    private long _bytes;

    public SortedDictionary<string, S3Bucket> Buckets { get; } = new(StringComparer.Ordinal);

    /// <summary>False when there is no room for it.</summary>
    public bool TryPut(S3Bucket bucket, string key, S3Object value)
    {
        var old = bucket.Objects.TryGetValue(key, out var existing) ? existing.Body.Length : 0;
        var after = _bytes - old + value.Body.Length;
        if (after > bytesMax)
        {
            return false;
        }

        bucket.Objects[key] = value;
        _bytes = after;
        return true;
    }

    public void Remove(S3Bucket bucket, string key)
    {
        if (bucket.Objects.Remove(key, out var old))
        {
            _bytes -= old.Body.Length;
        }
    }

    public void Clear()
    {
        Buckets.Clear();
        _bytes = 0;
    }
}

internal sealed record S3Bucket(string Name, string Region, DateTimeOffset Created)
{
    public SortedDictionary<string, S3Object> Objects { get; } = new(StringComparer.Ordinal);
}

internal sealed record S3Object(byte[] Body, string ETag, string ContentType, DateTimeOffset Modified, IReadOnlyDictionary<string, string> Metadata)
{
    public S3Checksum? Checksum { get; init; }
}
