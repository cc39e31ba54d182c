using Coffer.AwsSandbox.S3.Calls;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.S3.Uploads;

/// <summary>ListParts and ListMultipartUploads.</summary>
internal static class UploadLists
{
    public static WireReply Parts(S3Call call)
    {
        var (bucket, upload) = UploadActions.Find(call);
        var most = call.Count("max-parts");
        var after = call.Count("part-number-marker", otherwise: 0, most: UploadActions.PartNumberMax);
        var rest = upload.Parts.Where(pair => pair.Key > after).ToList();
        var page = rest.Take(most).ToList();
        return S3Answer.Of("ListPartsResult", xml =>
        {
            xml.Text("Bucket", bucket.Name).Text("Key", call.Encoded(upload.Key)).Text("UploadId", upload.Id);
            People(call, upload, xml);
            xml.Text("StorageClass", "STANDARD").Text("PartNumberMarker", after)
                .Text("NextPartNumberMarker", page.Count > 0 ? page[^1].Key : after)
                .Text("MaxParts", most).Text("IsTruncated", page.Count < rest.Count);
            if (upload.Algorithm is { } algorithm)
            {
                xml.Text("ChecksumAlgorithm", algorithm.Name).Text("ChecksumType", upload.ChecksumType);
            }

            foreach (var (number, part) in page)
            {
                xml.Open("Part").Text("PartNumber", number).Text("LastModified", part.Modified).Text("ETag", part.ETag)
                    .Text("Size", part.Body.Length).Maybe(part.Checksum?.Algorithm.Element ?? "", part.Checksum?.Value).Close();
            }
        });
    }

    public static WireReply Uploads(S3Call call)
    {
        var bucket = call.Bucket;
        var most = call.Count("max-uploads");
        var (prefix, delimiter) = (call.Query("prefix") ?? "", call.Query("delimiter") ?? "");
        var (key, id) = (call.Query("key-marker") ?? "", call.Query("upload-id-marker") ?? "");
        var page = new Page(prefix, delimiter, most);
        page.Fill(bucket, key, id);
        return S3Answer.Of("ListMultipartUploadsResult", xml =>
        {
            xml.Text("Bucket", bucket.Name).Text("KeyMarker", call.Encoded(key)).Text("UploadIdMarker", id);
            if (page.Truncated)
            {
                xml.Text("NextKeyMarker", call.Encoded(page.LastKey)).Text("NextUploadIdMarker", page.LastId);
            }

            xml.Text("Prefix", call.Encoded(prefix)).Maybe("Delimiter", delimiter.Length > 0 ? call.Encoded(delimiter) : null)
                .Maybe("EncodingType", call.Query("encoding-type")).Text("MaxUploads", most).Text("IsTruncated", page.Truncated);
            foreach (var upload in page.Uploads)
            {
                xml.Open("Upload").Text("Key", call.Encoded(upload.Key)).Text("UploadId", upload.Id);
                People(call, upload, xml);
                xml.Text("StorageClass", "STANDARD").Text("Initiated", upload.Started);
                if (upload.Algorithm is { } algorithm)
                {
                    xml.Text("ChecksumAlgorithm", algorithm.Name).Text("ChecksumType", upload.ChecksumType);
                }

                xml.Close();
            }

            foreach (var common in page.Prefixes)
            {
                xml.Open("CommonPrefixes").Text("Prefix", call.Encoded(common)).Close();
            }
        });
    }

    private static void People(S3Call call, S3Upload upload, Xml xml) => xml
        .Open("Initiator").Text("ID", upload.InitiatorArn).Text("DisplayName", upload.InitiatorArn.Split('/')[^1]).Close()
        .Open("Owner").Text("ID", call.Account.AccountId).Text("DisplayName", call.Account.AccountId).Close();

    /// <summary>What one answer holds.</summary>
    private sealed class Page(string prefix, string delimiter, int most)
    {
        public List<S3Upload> Uploads { get; } = [];

        public List<string> Prefixes { get; } = [];

        public bool Truncated { get; private set; }

        public string LastKey { get; private set; } = "";

        /// <summary>Empty when the last thing on the page is a prefix.</summary>
        public string LastId { get; private set; } = "";

        public void Fill(S3Bucket bucket, string afterKey, string afterId)
        {
            foreach (var ((key, id), upload) in bucket.Uploads)
            {
                // Without an id the marker leaves out all uploads of its key.
                var order = string.CompareOrdinal(key, afterKey);
                if (!key.StartsWith(prefix, StringComparison.Ordinal) || (afterKey.Length > 0 && order < 0)
                    || (afterKey.Length > 0 && order == 0 && (afterId.Length == 0 || string.CompareOrdinal(id, afterId) <= 0)))
                {
                    continue;
                }

                var cut = delimiter.Length == 0 ? -1 : key.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal);
                var common = cut < 0 ? null : key[..(cut + delimiter.Length)];
                if (common is not null && (common == LastKey || common == afterKey))
                {
                    continue;
                }

                if (Uploads.Count + Prefixes.Count >= most)
                {
                    Truncated = most > 0;
                    return;
                }

                if (common is null)
                {
                    Uploads.Add(upload);
                }
                else
                {
                    Prefixes.Add(common);
                }

                (LastKey, LastId) = common is null ? (key, id) : (common, "");
            }
        }
    }
}
