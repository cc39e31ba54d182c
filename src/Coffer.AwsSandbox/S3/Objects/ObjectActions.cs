using System.Security.Cryptography;
using System.Text;
using Coffer.AwsSandbox.S3.Calls;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.S3.Objects;

/// <summary>Single objects: put, get, head, delete.</summary>
internal static class ObjectActions
{
    public static WireReply Put(S3Call call)
    {
        var bucket = call.Bucket;
        if (Encoding.UTF8.GetByteCount(call.Target.Key) > 1024)
        {
            throw new AwsFault(400, "KeyTooLongError", "Your key is too long");
        }

#pragma warning disable CA5351 // The ETag of an object is its MD5; nothing is protected by it.
        var etag = $"\"{Convert.ToHexStringLower(MD5.HashData(call.Request.Body))}\"";
        if (call.Header("content-md5") is { } md5 && md5 != Convert.ToBase64String(MD5.HashData(call.Request.Body)))
        {
            throw new AwsFault(400, "BadDigest", "The Content-MD5 you specified did not match what we received.");
        }
#pragma warning restore CA5351

        var metadata = call.Request.Headers.Where(header => header.Key.StartsWith("x-amz-meta-", StringComparison.OrdinalIgnoreCase))
            .GroupBy(header => header.Key, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(group => group.Key, group => string.Join(',', group.Select(header => header.Value)), StringComparer.OrdinalIgnoreCase);
        var type = call.Header("content-type") ?? "binary/octet-stream";
        var stored = new S3Object(call.Request.Body, etag, type, call.Now, metadata) { Checksum = S3Checksum.Of(call.Request) };
        if (!call.Store.TryPut(bucket, call.Target.Key, stored))
        {
            throw new AwsFault(503, "SlowDown", "The sandbox holds as many bytes as it may; delete objects or raise its limit.");
        }

        return WireReply.Empty(200) with { Headers = [new("ETag", etag), .. ChecksumOf(stored)] };
    }

    public static WireReply Get(S3Call call)
    {
        var found = call.ObjectOf(call.Target);
        var (status, from, length) = S3Range.Of(call.Header("range"), found.Body.Length);
        var headers = new List<KeyValuePair<string, string>>
        {
            new("ETag", found.ETag), new("Last-Modified", found.Modified.ToString("R")), new("Accept-Ranges", "bytes"),
        };
        headers.AddRange(found.Metadata);
        if (status == 200 && call.Header("x-amz-checksum-mode") == "ENABLED")
        {
            headers.AddRange(ChecksumOf(found));
        }

        if (status == 206)
        {
            headers.Add(new("Content-Range", $"bytes {from}-{from + length - 1}/{found.Body.Length}"));
        }

        return new WireReply(status, found.Body[from..(from + length)], found.ContentType) { Headers = headers, ContentLength = length };
    }

    public static WireReply Delete(S3Call call)
    {
        call.Store.Remove(call.Bucket, call.Target.Key);
        return WireReply.Empty(204);
    }

    private static IEnumerable<KeyValuePair<string, string>> ChecksumOf(S3Object stored) =>
        stored.Checksum is { } checksum ? [new(checksum.Header, checksum.Value)] : [];
}
