using System.Collections.Immutable;
using Coffer.AwsSandbox.S3.Buckets;
using Coffer.AwsSandbox.S3.Calls;
using Coffer.AwsSandbox.S3.Copying;
using Coffer.AwsSandbox.S3.Objects;
using Coffer.AwsSandbox.S3.Uploads;

namespace Coffer.AwsSandbox.S3;

/// <summary>All of S3's calls that the sandbox knows. What is not in this table is refused.</summary>
internal static class S3Table
{
    public static ImmutableArray<S3Operation> Operations() =>
    [
        new("ListBuckets", "GET", S3Level.Service, "s3:ListAllMyBuckets", BucketActions.List)
        {
            Query = ["prefix", "max-buckets", "continuation-token", "bucket-region"],
        },
        new("CreateBucket", "PUT", S3Level.Bucket, "s3:CreateBucket", BucketActions.Create),
        new("DeleteBucket", "DELETE", S3Level.Bucket, "s3:DeleteBucket", BucketActions.Delete),
        new("HeadBucket", "HEAD", S3Level.Bucket, "s3:ListBucket", BucketActions.Head),
        new("GetBucketLocation", "GET", S3Level.Bucket, "s3:GetBucketLocation", BucketActions.Location) { Marks = ["location"] },
        new("ListObjects", "GET", S3Level.Bucket, "s3:ListBucket", ObjectLists.Version1)
        {
            Query = ["prefix", "delimiter", "marker", "max-keys", "encoding-type"],
        },
        new("ListObjectsV2", "GET", S3Level.Bucket, "s3:ListBucket", ObjectLists.Version2)
        {
            Marks = ["list-type"],
            MarkValue = "2",
            Query = ["prefix", "delimiter", "continuation-token", "start-after", "max-keys", "encoding-type", "fetch-owner"],
        },
        new("PutObject", "PUT", S3Level.Object, "s3:PutObject", ObjectActions.Put) { Headers = Written },
        new("GetObject", "GET", S3Level.Object, "s3:GetObject", ObjectActions.Get) { Query = Shown, Headers = ["x-amz-checksum-mode"] },
        new("HeadObject", "HEAD", S3Level.Object, "s3:GetObject", ObjectActions.Get) { Query = Shown, Headers = ["x-amz-checksum-mode"] },
        new("DeleteObject", "DELETE", S3Level.Object, "s3:DeleteObject", ObjectActions.Delete),
        new("DeleteObjects", "POST", S3Level.Bucket, null, DeleteObjects.Run) { Marks = ["delete"] },
        new("GetObjectTagging", "GET", S3Level.Object, "s3:GetObjectTagging", TaggingActions.Get) { Marks = ["tagging"] },
        new("PutObjectTagging", "PUT", S3Level.Object, null, TaggingActions.Put) { Marks = ["tagging"] },
        new("DeleteObjectTagging", "DELETE", S3Level.Object, "s3:DeleteObjectTagging", TaggingActions.Delete) { Marks = ["tagging"] },
        new("CopyObject", "PUT", S3Level.Object, "s3:PutObject", CopyActions.Copy)
        {
            Copies = true,
            Headers = [.. Written, .. Source, "x-amz-metadata-directive", "x-amz-tagging-directive", "x-amz-checksum-algorithm"],
        },
        new("CreateMultipartUpload", "POST", S3Level.Object, "s3:PutObject", UploadActions.Create)
        {
            Marks = ["uploads"],
            Headers = [.. Written, "x-amz-checksum-algorithm", "x-amz-checksum-type"],
        },
        new("UploadPart", "PUT", S3Level.Object, "s3:PutObject", UploadActions.UploadPart) { Marks = ["partNumber", "uploadId"] },
        new("UploadPartCopy", "PUT", S3Level.Object, "s3:PutObject", UploadActions.UploadPartCopy)
        {
            Marks = ["partNumber", "uploadId"],
            Copies = true,
            Headers = [.. Source, "x-amz-copy-source-range"],
        },
        new("CompleteMultipartUpload", "POST", S3Level.Object, "s3:PutObject", UploadCompletion.Complete)
        {
            Marks = ["uploadId"],
            Headers = ["x-amz-checksum-type", "x-amz-mp-object-size"],
        },
        new("AbortMultipartUpload", "DELETE", S3Level.Object, "s3:AbortMultipartUpload", UploadActions.Abort) { Marks = ["uploadId"] },
        new("ListParts", "GET", S3Level.Object, "s3:ListMultipartUploadParts", UploadLists.Parts)
        {
            Marks = ["uploadId"],
            Query = ["max-parts", "part-number-marker", "encoding-type"],
        },
        new("ListMultipartUploads", "GET", S3Level.Bucket, "s3:ListBucketMultipartUploads", UploadLists.Uploads)
        {
            Marks = ["uploads"],
            Query = ["prefix", "delimiter", "key-marker", "upload-id-marker", "max-uploads", "encoding-type"],
        },
    ];

    /// <summary>Headers of calls that describe a new object.</summary>
    private static ImmutableArray<string> Written => ["x-amz-meta-", "x-amz-tagging"];

    /// <summary>Query words of calls that show an object.</summary>
    private static ImmutableArray<string> Shown => [.. ObjectActions.Overrides.Select(pair => pair.Word)];

    /// <summary>Headers of calls that copy an object.</summary>
    private static ImmutableArray<string> Source =>
    [
        "x-amz-copy-source-if-match", "x-amz-copy-source-if-none-match", "x-amz-copy-source-if-modified-since",
        "x-amz-copy-source-if-unmodified-since", "x-amz-source-expected-bucket-owner",
    ];
}
