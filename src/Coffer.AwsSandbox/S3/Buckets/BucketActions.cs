using Coffer.Aws.Calls;
using Coffer.AwsSandbox.S3.Calls;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.S3.Buckets;

/// <summary>Buckets: make, remove, look at, list.</summary>
internal static class BucketActions
{
    private const int BucketsMax = 100;

    public static WireReply List(S3Call call)
    {
        var most = call.Count("max-buckets", otherwise: BucketsMax, most: BucketsMax);
        var after = call.Query("continuation-token") ?? "";
        var prefix = call.Query("prefix") ?? "";
        var region = call.Query("bucket-region");
        var rest = call.Store.Buckets.Values
            .Where(bucket => string.CompareOrdinal(bucket.Name, after) > 0 && bucket.Name.StartsWith(prefix, StringComparison.Ordinal)
                && (region ?? bucket.Region) == bucket.Region).ToList();
        var page = rest.Take(most).ToList();
        return S3Answer.Of("ListAllMyBucketsResult", xml =>
        {
            xml.Open("Owner").Text("ID", call.Account.AccountId).Close().Open("Buckets");
            foreach (var bucket in page)
            {
                xml.Open("Bucket").Text("Name", bucket.Name).Text("CreationDate", bucket.Created)
                    .Maybe("BucketRegion", call.Operation.Query.Any(word => call.Query(word) is not null) ? bucket.Region : null).Close();
            }

            xml.Close().Maybe("Prefix", call.Query("prefix"))
                .Maybe("ContinuationToken", page.Count < rest.Count && page.Count > 0 ? page[^1].Name : null);
        });
    }

    public static WireReply Create(S3Call call)
    {
        var name = call.Target.Bucket;
        var wellFormed = name.Length is >= 3 and <= 63 && name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '.' or '-')
            && char.IsAsciiLetterOrDigit(name[0]) && char.IsAsciiLetterOrDigit(name[^1]) && !name.Contains("..", StringComparison.Ordinal);
        if (!wellFormed)
        {
            throw new AwsFault(400, "InvalidBucketName", "The specified bucket is not valid.");
        }

        var region = Region(call);
        var buckets = call.Store.Buckets;
        if (buckets.TryGetValue(name, out var existing))
        {
            // Only us-east-1 lets an owner make the same bucket twice.
            return existing.Region == "us-east-1" && region == "us-east-1"
                ? Created(name)
                : throw new AwsFault(409, "BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded and you already own it.");
        }

        if (buckets.Count >= BucketsMax)
        {
            throw new AwsFault(400, "TooManyBuckets", "You have attempted to create more buckets than allowed.");
        }

        buckets.Add(name, new S3Bucket(name, region, call.Now));
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

    /// <summary>The region that the request's document names, or else the one it was signed for.</summary>
    private static string Region(S3Call call)
    {
        if (call.Request.Body.Length == 0)
        {
            return call.Region;
        }

        var document = S3Document.Of(call, "CreateBucketConfiguration");
        S3Document.Heed(document, "LocationConstraint");
        return document.Text("LocationConstraint") is { Length: > 0 } region ? region : call.Region;
    }

    private static WireReply Created(string name) => WireReply.Empty(200) with { Headers = [new("Location", $"/{name}")] };
}
