using System.Buffers;
using System.Globalization;
using System.Text;
using Coffer.AwsSandbox.S3.Calls;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.S3.Objects;

/// <summary>Single objects: put, get, head, delete.</summary>
internal static class ObjectActions
{
    private const int KeyBytesMax = 1024;

    /// <summary>Query words with which a reader has headers of the answer replaced.</summary>
    public static readonly (string Word, string Header)[] Overrides =
    [
        ("response-content-type", "Content-Type"), ("response-content-language", "Content-Language"), ("response-expires", "Expires"),
        ("response-cache-control", "Cache-Control"), ("response-content-disposition", "Content-Disposition"),
        ("response-content-encoding", "Content-Encoding"),
    ];

    public static WireReply Put(S3Call call)
    {
        var bucket = call.Bucket;
        CheckKey(call);
        var tags = TaggingActions.Asked(call);
        S3Conditions.Replace(call);
        var body = new ReadOnlySequence<byte>(call.Request.Body);
        var md5 = S3Bytes.Md5(body);
        S3Checksum.CheckMd5(call, md5);
        var stored = new S3Object(body, S3Bytes.ETag(md5), call.Now, S3Metadata.Of(call)) { Checksum = S3Checksum.OfBody(call), Tags = tags };
        call.Store.Put(bucket, call.Target.Key, stored);
        return WireReply.Empty(200) with { Headers = [new("ETag", stored.ETag), .. stored.Checksum?.Headers ?? []] };
    }

    public static WireReply Get(S3Call call)
    {
        var found = call.ObjectOf(call.Target);
        var headers = new List<KeyValuePair<string, string>>
        {
            new("ETag", found.ETag), new("Last-Modified", found.Modified.ToString("R")), new("Accept-Ranges", "bytes"),
        };
        if (!S3Conditions.Read(call, "", found))
        {
            return WireReply.Empty(304) with { Headers = headers };
        }

        var (status, from, length) = S3Range.Of(S3Conditions.Range(call, found), found.Body.Length);
        var replaced = Replaced(call);
        headers.AddRange(found.Metadata.Headers.Where(header => !replaced.ContainsKey(header.Key)));
        headers.AddRange(replaced.Where(header => header.Key != "Content-Type"));
        if (status == 200 && call.Header("x-amz-checksum-mode") == "ENABLED")
        {
            headers.AddRange(found.Checksum?.Headers ?? []);
        }

        if (status == 206)
        {
            headers.Add(new("Content-Range", $"bytes {from}-{from + length - 1}/{found.Body.Length}"));
        }

        if (found.Tags.Pairs.Count > 0 && call.Allows("s3:GetObjectTagging", call.Target))
        {
            headers.Add(new("x-amz-tagging-count", found.Tags.Pairs.Count.ToString(CultureInfo.InvariantCulture)));
        }

        var type = replaced.GetValueOrDefault("Content-Type", found.Metadata.ContentType);
        return new WireReply(status, found.Body.Slice(from, length), type) { Headers = headers, ContentLength = length };
    }

    public static WireReply Delete(S3Call call)
    {
        S3Conditions.Delete(call);
        call.Store.Remove(call.Bucket, call.Target.Key);
        return WireReply.Empty(204);
    }

    public static void CheckKey(S3Call call)
    {
        if (Encoding.UTF8.GetByteCount(call.Target.Key) > KeyBytesMax)
        {
            throw new AwsFault(400, "KeyTooLongError", "Your key is too long");
        }
    }

    private static Dictionary<string, string> Replaced(S3Call call) =>
        Overrides.Where(pair => call.Query(pair.Word) is not null)
            .ToDictionary(pair => pair.Header, pair => S3Metadata.Demand(call.Query(pair.Word) ?? ""), StringComparer.Ordinal);
}
