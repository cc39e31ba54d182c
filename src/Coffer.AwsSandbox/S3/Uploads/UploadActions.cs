using System.Buffers;
using System.Globalization;
using Coffer.AwsSandbox.S3.Calls;
using Coffer.AwsSandbox.S3.Copying;
using Coffer.AwsSandbox.S3.Objects;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.S3.Uploads;

/// <summary>Uploads in parts: begin, add a part, give up. Completing is <see cref="UploadCompletion"/>.</summary>
internal static class UploadActions
{
    public const int PartNumberMax = 10_000;

    private const string TypeHeader = "x-amz-checksum-type";

    public static WireReply Create(S3Call call)
    {
        var bucket = call.Bucket;
        ObjectActions.CheckKey(call);
        var algorithm = S3Checksum.Chosen(call);
        var upload = new S3Upload
        {
            Key = call.Target.Key,
            Id = call.Account.Ids.UploadId(),
            Started = call.Now,
            InitiatorArn = call.Caller.Arn,
            Metadata = S3Metadata.Of(call),
            Tags = TaggingActions.Asked(call),
            Algorithm = algorithm,
            CoversWhole = CoversWhole(algorithm, call.Header(TypeHeader)),
        };
        call.Store.Open(bucket, upload);
        var reply = S3Answer.Of(
            "InitiateMultipartUploadResult", xml => xml.Text("Bucket", bucket.Name).Text("Key", upload.Key).Text("UploadId", upload.Id));
        return algorithm is null
            ? reply
            : reply with { Headers = [new("x-amz-checksum-algorithm", algorithm.Name), new(TypeHeader, upload.ChecksumType)] };
    }

    public static WireReply UploadPart(S3Call call)
    {
        var (_, upload) = Find(call);
        var number = Number(call);
        var body = new ReadOnlySequence<byte>(call.Request.Body);
        var md5 = S3Bytes.Md5(body);
        S3Checksum.CheckMd5(call, md5);
        var checksum = S3Checksum.OfBody(call);
        if (upload.Algorithm is { } expected && checksum?.Algorithm != expected)
        {
            throw S3Checksum.Invalid(
                $"Checksum Type mismatch occurred, expected checksum Type: {expected.Name}, actual checksum Type: {checksum?.Algorithm.Name ?? "null"}");
        }

        var part = new S3Part(body, md5, call.Now, checksum);
        call.Store.Put(upload, number, part);
        return WireReply.Empty(200) with
        {
            Headers = checksum is null ? [new("ETag", part.ETag)] : [new("ETag", part.ETag), new(checksum.Algorithm.Header, checksum.Value)],
        };
    }

    public static WireReply UploadPartCopy(S3Call call)
    {
        var source = CopySource.Read(call);
        var (_, upload) = Find(call);
        var number = Number(call);

        // A copy of its own, since a piece of a large object would keep all of it in memory.
        var body = new ReadOnlySequence<byte>(source.Range(call.Header("x-amz-copy-source-range")).ToArray());
        var checksum = upload.Algorithm is { } algorithm ? S3Checksum.Of(algorithm, body) : null;
        var part = new S3Part(body, S3Bytes.Md5(body), call.Now, checksum);
        call.Store.Put(upload, number, part);
        return S3Answer.Of("CopyPartResult", xml =>
            xml.Text("LastModified", part.Modified).Text("ETag", part.ETag).Maybe(checksum?.Algorithm.Element ?? "", checksum?.Value));
    }

    public static WireReply Abort(S3Call call)
    {
        var (bucket, upload) = Find(call);
        call.Store.Close(bucket, upload);
        return WireReply.Empty(204);
    }

    /// <summary>The upload that the query names; a fault of 404 when it is not there, or belongs to another key.</summary>
    public static (S3Bucket Bucket, S3Upload Upload) Find(S3Call call)
    {
        var bucket = call.Bucket;
        return bucket.Uploads.TryGetValue((call.Target.Key, call.Query("uploadId") ?? ""), out var upload)
            ? (bucket, upload)
            : throw new AwsFault(
                404, "NoSuchUpload",
                "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.");
    }

    public static bool IsNumber(string? text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number is >= 1 and <= PartNumberMax;

    private static int Number(S3Call call) => IsNumber(call.Query("partNumber"), out var number)
        ? number
        : throw new AwsFault(400, "InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive");

    private static bool CoversWhole(S3Algorithm? algorithm, string? type)
    {
        if (algorithm is null)
        {
            return type is null ? false : throw S3Checksum.Invalid($"The {TypeHeader} header can only be used with the x-amz-checksum-algorithm header.");
        }

        var fits = type switch
        {
            null => true,
            "FULL_OBJECT" => algorithm.MayCoverWhole,
            "COMPOSITE" => algorithm.MayCoverParts,
            _ => throw S3Checksum.Invalid($"Value for {TypeHeader} header is invalid."),
        };
        return fits
            ? type == "FULL_OBJECT" || !algorithm.MayCoverParts
            : throw S3Checksum.Invalid($"The {type} checksum type cannot be used with the {algorithm.Name} checksum algorithm.");
    }
}
