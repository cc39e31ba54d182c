using System.Collections.Frozen;
using System.Globalization;
using Coffer.Aws.Signing;
using Coffer.AwsSandbox.Accounts;
using Coffer.AwsSandbox.Calls;
using Coffer.AwsSandbox.Policies;
using Coffer.AwsSandbox.S3.Objects;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.S3.Calls;

/// <summary>One call of S3 with its bucket and key, while it runs under the account's lock.</summary>
internal sealed class S3Call(ServiceCall call, S3Operation operation, S3Store store)
{
    /// <summary>Permissions whose conditions may speak of the tags that the object already has.</summary>
    private static readonly FrozenSet<string> TagsCount =
        FrozenSet.ToFrozenSet(["s3:GetObject", "s3:GetObjectTagging", "s3:PutObjectTagging", "s3:DeleteObjectTagging"]);

    public S3Operation Operation => operation;

    public S3Target Target { get; } = S3Target.Of(call.Request);

    public WireRequest Request => call.Request;

    public Principal Caller => call.Caller;

    public Account Account => call.Account;

    public S3Store Store => store;

    public string Region => call.Region;

    public DateTimeOffset Now => call.Now;

    /// <summary>The bucket of the path; a fault of 404 when there is none.</summary>
    public S3Bucket Bucket => BucketOf(Target);

    public string? Query(string name) => call.Parameters.TryGetValue(name, out var value) ? value : null;

    public string? Header(string name) => call.Request.Header(name);

    /// <summary>A number of the query that says how much is wanted; more than <paramref name="most"/> counts as that.</summary>
    public int Count(string name, int otherwise = 1000, int most = 1000)
    {
        if (Query(name) is not { } text)
        {
            return otherwise;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? Math.Min(count, most)
            : throw new AwsFault(400, "InvalidArgument", $"Provided {name} not an integer or within integer range");
    }

    /// <summary>A key as the caller wants keys written.</summary>
    public string Encoded(string key) => Query("encoding-type") switch
    {
        null => key,
        "url" => UriText.Encode(key, keepSlash: true),
        _ => throw new AwsFault(400, "InvalidArgument", "Invalid Encoding Method specified in Request"),
    };

    public S3Bucket BucketOf(S3Target target) =>
        Store.Buckets.GetValueOrDefault(target.Bucket) ?? throw new AwsFault(404, "NoSuchBucket", "The specified bucket does not exist");

    /// <summary>An object that is to be read; a fault of 404 when there is none, and of 403 for a caller who may not learn that.</summary>
    public S3Object ObjectOf(S3Target target)
    {
        if (BucketOf(target).Objects.TryGetValue(target.Key, out var found))
        {
            return found;
        }

        // A caller who may not list the bucket may not learn either that a key does not exist.
        Demand("s3:ListBucket", target with { Key = "" });
        throw new AwsFault(404, "NoSuchKey", "The specified key does not exist.");
    }

    /// <summary>Throws AccessDenied unless the caller may do this to the target.</summary>
    public void Demand(string permission, S3Target target) => Demand(Judged(permission, target));

    public void Demand(PolicyRequest judged) => Authorizer.DemandUnlessRoot(call.Caller, judged);

    /// <summary>Whether the caller may; for calls that leave out of their answer what a caller may not see.</summary>
    public bool Allows(string permission, S3Target target) =>
        call.Caller.Kind == PrincipalKind.Root || Authorizer.Decide(call.Caller, Judged(permission, target)).Decision == PolicyDecision.Allow;

    /// <summary>What policies are asked: the permission, the target, and all that conditions may speak of.</summary>
    public PolicyRequest Judged(string permission, S3Target target)
    {
        var judged = Context.Of(call, permission, target.Arn)
            .With("s3:prefix", permission == "s3:ListBucket" ? Query("prefix") ?? "" : null)
            .With("s3:delimiter", Query("delimiter"))
            .With("s3:max-keys", Query("max-keys"));
        if (permission == "s3:PutObject")
        {
            judged.With("s3:x-amz-copy-source", Header("x-amz-copy-source")).With("s3:x-amz-metadata-directive", Header("x-amz-metadata-directive"));
            S3Tags.OfHeader(this)?.Ask(judged);
        }
        else if (TagsCount.Contains(permission) && Store.Buckets.GetValueOrDefault(target.Bucket)?.Objects.GetValueOrDefault(target.Key) is { } existing)
        {
            Context.AddTags(judged, "s3:ExistingObjectTag/", existing.Tags.Pairs);
        }

        return judged;
    }
}
