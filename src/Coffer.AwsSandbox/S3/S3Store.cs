using System.Buffers;
using Coffer.AwsSandbox.S3.Objects;
using Coffer.AwsSandbox.S3.Uploads;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.S3;

/// <summary>Buckets, objects and unfinished uploads in memory.</summary>
/// <param name="bytesMax">What all objects and parts together may take.</param>
internal sealed class S3Store(long bytesMax)
{
    /// <summary>Objects, parts and uploads together: even empty ones take memory.</summary>
    public const int ItemsMax = 100_000;

    private long _bytes;
    private int _items;

    public SortedDictionary<string, S3Bucket> Buckets { get; } = new(StringComparer.Ordinal);

    /// <summary>Keeps an object, in the place of one of the same key; a fault of 503 when there is no room.</summary>
    public void Put(S3Bucket bucket, string key, S3Object value)
    {
        var old = bucket.Objects.GetValueOrDefault(key);
        Take(value.Body.Length - (old?.Body.Length ?? 0), old is null ? 1 : 0);
        bucket.Objects[key] = value;
    }

    public void Remove(S3Bucket bucket, string key)
    {
        if (bucket.Objects.Remove(key, out var old))
        {
            Take(-old.Body.Length, -1);
        }
    }

    /// <summary>Keeps a new upload; a fault of 503 when there are too many.</summary>
    public void Open(S3Bucket bucket, S3Upload upload)
    {
        Take(0, 1);
        bucket.Uploads.Add((upload.Key, upload.Id), upload);
    }

    /// <summary>Keeps a part, in the place of one of the same number; a fault of 503 when there is no room.</summary>
    public void Put(S3Upload upload, int number, S3Part part)
    {
        var old = upload.Parts.GetValueOrDefault(number);
        Take(part.Body.Length - (old?.Body.Length ?? 0), old is null ? 1 : 0);
        upload.Parts[number] = part;
    }

    /// <summary>Forgets an upload and all of its parts.</summary>
    public void Close(S3Bucket bucket, S3Upload upload)
    {
        if (bucket.Uploads.Remove((upload.Key, upload.Id)))
        {
            Take(-upload.Parts.Values.Sum(part => part.Body.Length), -1 - upload.Parts.Count);
        }
    }

    /// <summary>Removes a bucket that has no objects, with its unfinished uploads.</summary>
    public void Remove(S3Bucket bucket)
    {
        foreach (var upload in bucket.Uploads.Values.ToList())
        {
            Close(bucket, upload);
        }

        Buckets.Remove(bucket.Name);
    }

    public void Clear()
    {
        Buckets.Clear();
        _bytes = 0;
        _items = 0;
    }

    private void Take(long bytes, int items)
    {
        if ((bytes > 0 && _bytes + bytes > bytesMax) || (items > 0 && _items + items > ItemsMax))
        {
            throw new AwsFault(503, "SlowDown", "The sandbox holds as much as it may; delete objects, abort uploads, or raise its limit.");
        }

        _bytes += bytes;
        _items += items;
    }
}

internal sealed record S3Bucket(string Name, string Region, DateTimeOffset Created)
{
    public SortedDictionary<string, S3Object> Objects { get; } = new(StringComparer.Ordinal);

    /// <summary>Uploads in parts that are neither completed nor aborted, by key and id.</summary>
    public SortedDictionary<(string Key, string Id), S3Upload> Uploads { get; } = new(S3Upload.Order);
}

/// <param name="Body">In the pieces it was uploaded in.</param>
/// <param name="ETag">With its quotation marks.</param>
/// <param name="Modified">When it was written.</param>
/// <param name="Metadata">The headers that are kept with it.</param>
internal sealed record S3Object(ReadOnlySequence<byte> Body, string ETag, DateTimeOffset Modified, S3Metadata Metadata)
{
    public S3Checksum? Checksum { get; init; }

    public S3Tags Tags { get; init; } = S3Tags.None;
}
