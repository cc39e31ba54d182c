using System.Collections.Frozen;
using System.Security.Cryptography;
using Coffer.Aws.Policies;
using Coffer.AwsSandbox.Accounts;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.S3;

/// <summary>Enough of S3 to see a credential work: buckets, objects and lists.</summary>
internal sealed class S3Service : IWireService
{
    private const string Namespace = "http://s3.amazonaws.com/doc/2006-03-01/";
    private const int BucketsMax = 100;

    /// <summary>Query words that turn a request into another one, which is not offered.</summary>
    private static readonly FrozenSet<string> NotOffered = FrozenSet.ToFrozenSet(
    [
        "acl", "accelerate", "analytics", "cors", "delete", "encryption", "inventory", "legal-hold", "lifecycle", "logging", "metrics",
        "notification", "object-lock", "ownershipControls", "partNumber", "policy", "policyStatus", "publicAccessBlock", "replication",
        "requestPayment", "restore", "retention", "select", "tagging", "torrent", "uploadId", "uploads", "versionId", "versioning",
        "versions", "website", "attributes",
    ]);

    public string Name => "s3";

    public string ActionOf(WireRequest request, IReadOnlyDictionary<string, string> parameters)
    {
        var target = S3Target.Of(request);
        if (parameters.Keys.FirstOrDefault(NotOffered.Contains) is { } word)
        {
            throw NotImplemented($"the query parameter {word}");
        }

        if (request.Header("x-amz-copy-source") is not null)
        {
            throw NotImplemented("x-amz-copy-source");
        }

        return (request.Method, target.Bucket.Length > 0, target.Key.Length > 0) switch
        {
            ("GET", false, _) => "ListBuckets",
            ("PUT", true, false) => "CreateBucket",
            ("DELETE", true, false) => "DeleteBucket",
            ("HEAD", true, false) => "HeadBucket",
            ("GET", true, false) when parameters.ContainsKey("location") => "GetBucketLocation",
            ("GET", true, false) when parameters.GetValueOrDefault("list-type") == "2" => "ListObjectsV2",
            ("GET", true, false) => "ListObjects",
            ("PUT", true, true) => "PutObject",
            ("GET", true, true) => "GetObject",
            ("HEAD", true, true) => "HeadObject",
            ("DELETE", true, true) => "DeleteObject",
            _ => throw new AwsFault(405, "MethodNotAllowed", "The specified method is not allowed against this resource."),
        };
    }

    public WireReply Run(ServiceCall call)
    {
        var target = S3Target.Of(call.Request);
        Authorize(call, target);
        return call.Action switch
        {
            "ListBuckets" => ListBuckets(call),
            "CreateBucket" => CreateBucket(call, target),
            "DeleteBucket" => DeleteBucket(call, target),
            "HeadBucket" => Head(Bucket(call, target)),
            "GetBucketLocation" => Location(Bucket(call, target)),
            "ListObjectsV2" => S3Lists.Version2(call, Bucket(call, target)),
            "ListObjects" => S3Lists.Version1(call, Bucket(call, target)),
            "PutObject" => PutObject(call, target),
            "DeleteObject" => DeleteObject(call, target),
            _ => GetObject(call, target),
        };
    }

    public WireReply Fail(AwsFault fault, WireRequest request, string requestId)
    {
        if (request.Method == "HEAD")
        {
            return WireReply.Empty(fault.Status);
        }

        var xml = new Xml().Open("Error").Text("Code", fault.Code).Text("Message", fault.Message)
            .Text("Resource", request.RawPath).Text("RequestId", requestId).Close("Error");
        return new WireReply(fault.Status, xml.ToBytes(), "application/xml");
    }

    internal static WireReply Answer(string root, Action<Xml> write)
    {
        var xml = new Xml().Open(root, Namespace);
        write(xml);
        xml.Close(root);
        return new WireReply(200, xml.ToBytes(), "application/xml");
    }

    private static void Authorize(ServiceCall call, S3Target target) =>
        Authorizer.DemandUnlessRoot(call.Caller, Judged(call, Permission(call.Action), target));

    private static PolicyRequest Judged(ServiceCall call, string permission, S3Target target) =>
        Context.Of(call, permission, permission == "s3:ListBucket" ? target.BucketArn : target.Arn)
            .With("s3:prefix", permission == "s3:ListBucket" ? call.Parameters.GetValueOrDefault("prefix") ?? "" : null)
            .With("s3:delimiter", call.Parameters.GetValueOrDefault("delimiter"))
            .With("s3:max-keys", call.Parameters.GetValueOrDefault("max-keys"));

    private static string Permission(string action) => action switch
    {
        "ListBuckets" => "s3:ListAllMyBuckets",
        "HeadBucket" or "ListObjects" or "ListObjectsV2" => "s3:ListBucket",
        "HeadObject" => "s3:GetObject",
        _ => $"s3:{action}",
    };

    private static WireReply ListBuckets(ServiceCall call) => Answer("ListAllMyBucketsResult", xml =>
    {
        xml.Open("Owner").Text("ID", call.Account.AccountId).Close("Owner").Open("Buckets");
        foreach (var bucket in call.Account.Store.Buckets.Values)
        {
            xml.Open("Bucket").Text("Name", bucket.Name).Text("CreationDate", bucket.Created).Close("Bucket");
        }

        xml.Close("Buckets");
    });

    private static WireReply CreateBucket(ServiceCall call, S3Target target)
    {
        var name = target.Bucket;
        var wellFormed = name.Length is >= 3 and <= 63 && name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '.' or '-')
            && char.IsAsciiLetterOrDigit(name[0]) && char.IsAsciiLetterOrDigit(name[^1]) && !name.Contains("..", StringComparison.Ordinal);
        if (!wellFormed)
        {
            throw new AwsFault(400, "InvalidBucketName", "The specified bucket is not valid.");
        }

        var buckets = call.Account.Store.Buckets;
        if (buckets.TryGetValue(name, out var existing))
        {
            // Only us-east-1 lets an owner make the same bucket twice.
            return existing.Region == "us-east-1" && call.Region == "us-east-1"
                ? Created(name)
                : throw new AwsFault(409, "BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded and you already own it.");
        }

        if (buckets.Count >= BucketsMax)
        {
            throw new AwsFault(400, "TooManyBuckets", "You have attempted to create more buckets than allowed.");
        }

        buckets.Add(name, new S3Bucket(name, call.Region, call.Now));
        return Created(name);
    }

    private static WireReply Created(string name) => WireReply.Empty(200) with { Headers = [new("Location", $"/{name}")] };

    private static WireReply DeleteBucket(ServiceCall call, S3Target target)
    {
        var bucket = Bucket(call, target);
        if (bucket.Objects.Count > 0)
        {
            throw new AwsFault(409, "BucketNotEmpty", "The bucket you tried to delete is not empty.");
        }

        call.Account.Store.Buckets.Remove(bucket.Name);
        return WireReply.Empty(204);
    }

    private static WireReply Head(S3Bucket bucket) =>
        WireReply.Empty(200) with { Headers = [new("x-amz-bucket-region", bucket.Region)] };

    /// <summary>For us-east-1 the element is empty, as at AWS.</summary>
    private static WireReply Location(S3Bucket bucket) =>
        new(200, new Xml().Open("LocationConstraint", Namespace).Raw(Region(bucket)).Close("LocationConstraint").ToBytes(), "application/xml");

    private static Xml Region(S3Bucket bucket) => bucket.Region == "us-east-1" ? new Xml() : new Xml().Bare(bucket.Region);

    private static WireReply PutObject(ServiceCall call, S3Target target)
    {
        var bucket = Bucket(call, target);
        if (System.Text.Encoding.UTF8.GetByteCount(target.Key) > 1024)
        {
            throw new AwsFault(400, "KeyTooLongError", "Your key is too long");
        }

#pragma warning disable CA5351 // The ETag of an object is its MD5; nothing is protected by it.
        var etag = $"\"{Convert.ToHexStringLower(MD5.HashData(call.Request.Body))}\"";
        if (call.Request.Header("content-md5") is { } md5 && md5 != Convert.ToBase64String(MD5.HashData(call.Request.Body)))
        {
            throw new AwsFault(400, "BadDigest", "The Content-MD5 you specified did not match what we received.");
        }
#pragma warning restore CA5351

        var metadata = call.Request.Headers.Where(header => header.Key.StartsWith("x-amz-meta-", StringComparison.OrdinalIgnoreCase))
            .GroupBy(header => header.Key, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(group => group.Key, group => string.Join(',', group.Select(header => header.Value)), StringComparer.OrdinalIgnoreCase);
        var type = call.Request.Header("content-type") ?? "binary/octet-stream";
        var stored = new S3Object(call.Request.Body, etag, type, call.Now, metadata) { Checksum = S3Checksum.Of(call.Request) };
        if (!call.Account.Store.TryPut(bucket, target.Key, stored))
        {
            throw new AwsFault(503, "SlowDown", "The sandbox holds as many bytes as it may; delete objects or raise its limit.");
        }

        return WireReply.Empty(200) with { Headers = [new("ETag", etag), .. ChecksumOf(stored)] };
    }

    private static WireReply GetObject(ServiceCall call, S3Target target)
    {
        var bucket = Bucket(call, target);
        if (!bucket.Objects.TryGetValue(target.Key, out var found))
        {
            // Whoever may not list the bucket may not learn either that a key does not exist.
            Authorizer.DemandUnlessRoot(call.Caller, Judged(call, "s3:ListBucket", target));
            throw new AwsFault(404, "NoSuchKey", "The specified key does not exist.");
        }

        var (status, from, length) = S3Range.Of(call.Request.Header("range"), found.Body.Length);
        var headers = new List<KeyValuePair<string, string>>
        {
            new("ETag", found.ETag), new("Last-Modified", found.Modified.ToString("R")), new("Accept-Ranges", "bytes"),
        };
        headers.AddRange(found.Metadata);
        if (status == 200 && call.Request.Header("x-amz-checksum-mode") == "ENABLED")
        {
            headers.AddRange(ChecksumOf(found));
        }

        if (status == 206)
        {
            headers.Add(new("Content-Range", $"bytes {from}-{from + length - 1}/{found.Body.Length}"));
        }

        return new WireReply(status, found.Body[from..(from + length)], found.ContentType) { Headers = headers, ContentLength = length };
    }

    private static IEnumerable<KeyValuePair<string, string>> ChecksumOf(S3Object stored) =>
        stored.Checksum is { } checksum ? [new(checksum.Header, checksum.Value)] : [];

    private static WireReply DeleteObject(ServiceCall call, S3Target target)
    {
        call.Account.Store.Remove(Bucket(call, target), target.Key);
        return WireReply.Empty(204);
    }

    private static S3Bucket Bucket(ServiceCall call, S3Target target) =>
        call.Account.Store.Buckets.GetValueOrDefault(target.Bucket)
        ?? throw new AwsFault(404, "NoSuchBucket", "The specified bucket does not exist");

    private static AwsFault NotImplemented(string what) => new(501, "NotImplemented", $"The sandbox does not offer {what}.");
}
