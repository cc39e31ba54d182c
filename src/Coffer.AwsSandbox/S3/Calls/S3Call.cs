using Coffer.Aws.Policies;
using Coffer.AwsSandbox.Accounts;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.S3.Calls;

/// <summary>One call of S3 with its bucket and key, while it runs under the account's lock.</summary>
internal sealed class S3Call(ServiceCall call, S3Operation operation)
{
    public S3Operation Operation => operation;

    public S3Target Target { get; } = S3Target.Of(call.Request);

    public WireRequest Request => call.Request;

    public Account Account => call.Account;

    public S3Store Store => call.Account.Store;

    public string Region => call.Region;

    public DateTimeOffset Now => call.Now;

    /// <summary>The bucket of the path; a fault of 404 when there is none.</summary>
    public S3Bucket Bucket => BucketOf(Target);

    public string? Query(string name) => call.Parameters.TryGetValue(name, out var value) ? value : null;

    public string? Header(string name) => call.Request.Header(name);

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

    public PolicyRequest Judged(string permission, S3Target target) =>
        Context.Of(call, permission, target.Arn)
            .With("s3:prefix", permission == "s3:ListBucket" ? Query("prefix") ?? "" : null)
            .With("s3:delimiter", Query("delimiter"))
            .With("s3:max-keys", Query("max-keys"))
            .With("s3:x-amz-copy-source", permission == "s3:PutObject" ? Header("x-amz-copy-source") : null)
            .With("s3:x-amz-metadata-directive", permission == "s3:PutObject" ? Header("x-amz-metadata-directive") : null);
}
