using System.Buffers;
using System.Globalization;
using System.Xml.Linq;
using Coffer.Aws.Calls;
using Coffer.AwsSandbox.S3.Calls;
using Coffer.AwsSandbox.S3.Objects;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.S3.Uploads;

/// <summary>CompleteMultipartUpload: checks the list of parts that the client believes in, and makes one object of them.</summary>
internal static class UploadCompletion
{
    /// <summary>Every part but the last has at least so many bytes.</summary>
    public const long PartBytesMin = 5 * 1024 * 1024;

    public static WireReply Complete(S3Call call)
    {
        var (bucket, upload) = UploadActions.Find(call);
        var parts = Parts(upload, S3Document.Of(call, "CompleteMultipartUpload"));
        if (parts.SkipLast(1).Any(part => part.Body.Length < PartBytesMin))
        {
            throw new AwsFault(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size");
        }

        S3Conditions.Replace(call);
        var body = S3Bytes.Join(parts.Select(part => part.Body));
        if (call.Header("x-amz-mp-object-size") is { } size && size != body.Length.ToString(CultureInfo.InvariantCulture))
        {
            throw S3Checksum.Invalid($"The provided 'x-amz-mp-object-size' header does not match what was computed: {body.Length}");
        }

        var md5 = S3Bytes.Md5(new ReadOnlySequence<byte>([.. parts.SelectMany(part => part.Md5)]));
        var made = new S3Object(body, S3Bytes.ETag(md5, $"-{parts.Count}"), call.Now, upload.Metadata)
        {
            Checksum = Checksum(call, upload, parts, body),
            Tags = upload.Tags,
        };

        // Its parts hold the bytes that the object takes over, so there is room for it once they are gone.
        call.Store.Close(bucket, upload);
        call.Store.Put(bucket, upload.Key, made);
        return S3Answer.Of("CompleteMultipartUploadResult", xml =>
        {
            var scheme = call.Request.IsTls ? "https" : "http";
            xml.Text("Location", $"{scheme}://{call.Header("host")}{call.Request.RawPath}").Text("Bucket", bucket.Name)
                .Text("Key", upload.Key).Text("ETag", made.ETag);
            made.Checksum?.Write(xml);
        });
    }

    private static List<S3Part> Parts(S3Upload upload, XElement document)
    {
        S3Document.Heed(document, "Part");
        var found = new List<S3Part>();
        var last = 0;
        foreach (var element in document.Elements())
        {
            S3Document.Heed(element, ["PartNumber", "ETag", .. S3Algorithm.All.Select(algorithm => algorithm.Element)]);
            if (!UploadActions.IsNumber(element.Text("PartNumber"), out var number))
            {
                throw S3Document.Malformed();
            }

            if (number <= last)
            {
                throw new AwsFault(
                    400, "InvalidPartOrder",
                    "The list of parts was not in ascending order. The parts list must be specified in order by part number.");
            }

            last = number;
            found.Add(Part(upload, number, element));
        }

        return found.Count > 0 ? found : throw S3Document.Malformed();
    }

    private static S3Part Part(S3Upload upload, int number, XElement element)
    {
        var etag = element.Text("ETag") ?? throw S3Document.Malformed();
        if (!upload.Parts.TryGetValue(number, out var part) || etag.Trim('"') != part.ETag.Trim('"'))
        {
            throw InvalidPart();
        }

        foreach (var algorithm in S3Algorithm.All)
        {
            if (element.Text(algorithm.Element) is { } given && (part.Checksum?.Algorithm != algorithm || part.Checksum.Value != given))
            {
                throw InvalidPart();
            }
        }

        return upload.Algorithm is null || upload.CoversWhole || element.Text(upload.Algorithm.Element) is not null
            ? part
            : throw S3Checksum.Invalid(
                $"The upload was created using the {upload.Algorithm.Name} checksum. The complete request must include the checksum for each part. "
                + $"It was missing for part {number} in the request.");
    }

    private static AwsFault InvalidPart() => new(
        400, "InvalidPart",
        "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match "
        + "the part's entity tag.");

    private static S3Checksum? Checksum(S3Call call, S3Upload upload, List<S3Part> parts, ReadOnlySequence<byte> body)
    {
        var given = S3Checksum.Given(call);
        var algorithm = upload.Algorithm ?? given?.Algorithm;
        if (algorithm is null)
        {
            return null;
        }

        var computed = upload.Algorithm is null || upload.CoversWhole ? S3Checksum.Of(algorithm, body) : OfParts(algorithm, parts);
        if (given is not null && (given.Algorithm != algorithm || given.Value.Split('-')[0] != computed.Value.Split('-')[0]))
        {
            throw S3Checksum.Bad(given.Algorithm);
        }

        return computed;
    }

    /// <summary>The checksum of the parts' checksums; each part has one, since UploadPart refuses it otherwise.</summary>
    private static S3Checksum OfParts(S3Algorithm algorithm, List<S3Part> parts)
    {
        var values = parts.SelectMany(part => Convert.FromBase64String(part.Checksum?.Value ?? "")).ToArray();
        var whole = S3Checksum.Of(algorithm, new ReadOnlySequence<byte>(values));
        return whole with { Value = $"{whole.Value}-{parts.Count}" };
    }
}
