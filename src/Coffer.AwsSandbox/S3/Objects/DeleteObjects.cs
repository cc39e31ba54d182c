using System.Buffers;
using System.Xml.Linq;
using Coffer.Aws.Calls;
using Coffer.AwsSandbox.S3.Calls;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.S3.Objects;

/// <summary>DeleteObjects: up to a thousand keys in one request, each of which is judged and answered for by itself.</summary>
internal static class DeleteObjects
{
    public const int KeysMax = 1000;

    public static WireReply Run(S3Call call)
    {
        var bucket = call.Bucket;
        CheckDigest(call);
        var document = S3Document.Of(call, "Delete");
        S3Document.Heed(document, "Object", "Quiet");
        var keys = document.Elements().Where(child => child.Name.LocalName == "Object").Select(Key).ToList();
        if (keys.Count is 0 or > KeysMax)
        {
            throw S3Document.Malformed();
        }

        var quiet = Quiet(document);
        return S3Answer.Of("DeleteResult", xml =>
        {
            foreach (var (key, etag) in keys)
            {
                if (Refusal(call, bucket, key, etag) is { } fault)
                {
                    xml.Open("Error").Text("Key", key).Text("Code", fault.Code).Text("Message", fault.Message).Close();
                    continue;
                }

                call.Store.Remove(bucket, key);
                if (!quiet)
                {
                    xml.Open("Deleted").Text("Key", key).Close();
                }
            }
        });
    }

    private static AwsFault? Refusal(S3Call call, S3Bucket bucket, string key, string? etag)
    {
        if (!call.Allows("s3:DeleteObject", call.Target with { Key = key }))
        {
            return AwsFault.Denied("Access Denied");
        }

        return etag is not null && bucket.Objects.TryGetValue(key, out var found) && etag.Trim('"') != found.ETag.Trim('"')
            ? S3Conditions.Failed()
            : null;
    }

    private static (string Key, string? ETag) Key(XElement element)
    {
        S3Document.Heed(element, "Key", "ETag");
        return element.Text("Key") is { Length: > 0 } key ? (key, element.Text("ETag")) : throw S3Document.Malformed();
    }

    private static bool Quiet(XElement document) => document.Text("Quiet") switch
    {
        null or "false" => false,
        "true" => true,
        _ => throw S3Document.Malformed(),
    };

    /// <summary>A damaged list would delete the wrong keys, so S3 wants it covered by a digest.</summary>
    private static void CheckDigest(S3Call call)
    {
        S3Checksum.CheckMd5(call, S3Bytes.Md5(new ReadOnlySequence<byte>(call.Request.Body)));
        if (S3Checksum.OfBody(call) is null && call.Header("content-md5") is null)
        {
            throw S3Checksum.Invalid("Missing required header for this request: Content-MD5");
        }
    }
}
