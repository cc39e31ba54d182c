using Coffer.AwsSandbox.S3.Calls;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.S3.Objects;

/// <summary>The tags of objects.</summary>
internal static class TaggingActions
{
    public static WireReply Get(S3Call call)
    {
        var found = call.ObjectOf(call.Target);
        return S3Answer.Of("Tagging", found.Tags.Write);
    }

    public static WireReply Put(S3Call call)
    {
        var tags = S3Tags.OfDocument(S3Document.Of(call, "Tagging"));
        Demand(call, tags);
        Replace(call, tags);
        return WireReply.Empty(200);
    }

    public static WireReply Delete(S3Call call)
    {
        Replace(call, S3Tags.None);
        return WireReply.Empty(204);
    }

    /// <summary>The tags that a new object gets from its request, once the caller has shown the right to set them.</summary>
    public static S3Tags Asked(S3Call call)
    {
        if (S3Tags.OfHeader(call) is not { } tags)
        {
            return S3Tags.None;
        }

        Demand(call, tags);
        return tags;
    }

    public static void Demand(S3Call call, S3Tags tags)
    {
        var judged = call.Judged("s3:PutObjectTagging", call.Target);
        tags.Ask(judged);
        call.Demand(judged);
    }

    private static void Replace(S3Call call, S3Tags tags) =>
        call.Store.Put(call.Bucket, call.Target.Key, call.ObjectOf(call.Target) with { Tags = tags });
}
