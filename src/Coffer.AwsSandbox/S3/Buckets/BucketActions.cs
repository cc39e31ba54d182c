using Coffer.AwsSandbox.S3.Calls;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.S3.Buckets;

/// <summary>Buckets: make, remove, look at, list.</summary>
internal static class BucketActions
{
    private const int BucketsMax = 100;

    public static WireReply List(S3Call call) => S3Answer.Of("ListAllMyBucketsResult", xml =>
    {
        xml.Open("Owner").Text("ID", call.Account.AccountId).Close("Owner").Open("Buckets");
        foreach (var bucket in call.Store.Buckets.Values)
        {
            xml.Open("Bucket").Text("Name", bucket.Name).Text("CreationDate", bucket.Created).Close("Bucket");
        }

        xml.Close("Buckets");
    });

    public static WireReply Create(S3Call call)
    {
        var name = call.Target.Bucket;
        var wellFormed = name.Length is >= 3 and <= 63 && name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '.' or '-')
            && char.IsAsciiLetterOrDigit(name[0]) && char.IsAsciiLetterOrDigit(name[^1]) && !name.Contains("..", StringComparison.Ordinal);
        if (!wellFormed)
        {
            throw new AwsFault(400, "InvalidBucketName", "The specified bucket is not valid.");
        }

        var buckets = call.Store.Buckets;
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

    public static WireReply Delete(S3Call call)
    {
        var bucket = call.Bucket;
        if (bucket.Objects.Count > 0)
        {
            throw new AwsFault(409, "BucketNotEmpty", "The bucket you tried to delete is not empty.");
        }

        call.Store.Remove(bucket);
        return WireReply.Empty(204);
    }

    public static WireReply Head(S3Call call) =>
        WireReply.Empty(200) with { Headers = [new("x-amz-bucket-region", call.Bucket.Region)] };

    /// <summary>For us-east-1 the element is empty, as at AWS.</summary>
    public static WireReply Location(S3Call call) => S3Answer.Of("LocationConstraint", xml =>
    {
        if (call.Bucket.Region is not "us-east-1" and var region)
        {
            xml.Bare(region);
        }
    });

    private static WireReply Created(string name) => WireReply.Empty(200) with { Headers = [new("Location", $"/{name}")] };
}
