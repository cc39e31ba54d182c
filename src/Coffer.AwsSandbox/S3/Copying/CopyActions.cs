using Coffer.AwsSandbox.S3.Calls;
using Coffer.AwsSandbox.S3.Objects;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.S3.Copying;

/// <summary>CopyObject: the bytes of the source, and its headers and tags unless the request brings others.</summary>
internal static class CopyActions
{
    public static WireReply Copy(S3Call call)
    {
        var bucket = call.Bucket;
        ObjectActions.CheckKey(call);
        var replacesMetadata = Replaces(call, "metadata");
        var replacesTags = Replaces(call, "tagging");
        var source = CopySource.Read(call);
        if (source.Target == call.Target && !replacesMetadata)
        {
            throw S3Checksum.Invalid(
                "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, "
                + "storage class, website redirect location or encryption attributes.");
        }

        var tags = replacesTags ? TaggingActions.Asked(call) : TagsOf(call, source);
        S3Conditions.Replace(call);
        var body = source.Object.Body;
        var algorithm = S3Checksum.Chosen(call) ?? source.Object.Checksum?.Algorithm;
        var made = new S3Object(body, S3Bytes.ETag(S3Bytes.Md5(body)), call.Now, replacesMetadata ? S3Metadata.Of(call) : source.Object.Metadata)
        {
            Checksum = algorithm is null ? null : S3Checksum.Of(algorithm, body),
            Tags = tags,
        };
        call.Store.Put(bucket, call.Target.Key, made);
        return S3Answer.Of("CopyObjectResult", xml =>
        {
            xml.Text("LastModified", made.Modified).Text("ETag", made.ETag);
            made.Checksum?.Write(xml);
        });
    }

    /// <summary>Taking tags over means to read them there and to set them here.</summary>
    private static S3Tags TagsOf(S3Call call, CopySource source)
    {
        var tags = source.Object.Tags;
        if (tags.Pairs.Count > 0)
        {
            call.Demand("s3:GetObjectTagging", source.Target);
            TaggingActions.Demand(call, tags);
        }

        return tags;
    }

    private static bool Replaces(S3Call call, string what) => call.Header($"x-amz-{what}-directive") switch
    {
        null or "COPY" => false,
        "REPLACE" => true,
        _ => throw new AwsFault(400, "InvalidArgument", $"Unknown {what} directive."),
    };
}
