using System.Text;
using Coffer.AwsSandbox.S3.Calls;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.S3.Buckets;

/// <summary>ListObjects in both versions.</summary>
internal static class ObjectLists
{
    public static WireReply Version1(S3Call call)
    {
        var bucket = call.Bucket;
        var marker = call.Query("marker") ?? "";
        var page = Page.Of(call, bucket, marker);
        return S3Answer.Of("ListBucketResult", xml =>
        {
            Head(call, bucket, xml, page);
            xml.Text("Marker", call.Encoded(marker));
            if (page.Truncated)
            {
                xml.Text("NextMarker", call.Encoded(page.Last));
            }

            Body(call, xml, page, withOwner: true);
        });
    }

    public static WireReply Version2(S3Call call)
    {
        var bucket = call.Bucket;
        var token = call.Query("continuation-token");
        var page = Page.Of(call, bucket, token is null ? call.Query("start-after") ?? "" : Unmark(token));
        return S3Answer.Of("ListBucketResult", xml =>
        {
            Head(call, bucket, xml, page);
            xml.Text("KeyCount", page.Objects.Count + page.Prefixes.Count).Maybe("ContinuationToken", token);
            if (page.Truncated)
            {
                xml.Text("NextContinuationToken", Convert.ToBase64String(Encoding.UTF8.GetBytes(page.Last)));
            }

            Body(call, xml, page, withOwner: call.Query("fetch-owner") == "true");
        });
    }

    private static void Head(S3Call call, S3Bucket bucket, Xml xml, Page page) =>
        xml.Text("Name", bucket.Name).Text("Prefix", call.Encoded(page.Prefix)).Text("MaxKeys", page.Most)
            .Maybe("Delimiter", page.Delimiter.Length > 0 ? call.Encoded(page.Delimiter) : null)
            .Maybe("EncodingType", call.Query("encoding-type")).Text("IsTruncated", page.Truncated);

    private static void Body(S3Call call, Xml xml, Page page, bool withOwner)
    {
        foreach (var (key, value) in page.Objects)
        {
            xml.Open("Contents").Text("Key", call.Encoded(key)).Text("LastModified", value.Modified).Text("ETag", value.ETag)
                .Maybe("ChecksumAlgorithm", value.Checksum?.Algorithm.Name).Maybe("ChecksumType", value.Checksum?.Type).Text("Size", value.Body.Length).Text("StorageClass", "STANDARD");
            if (withOwner)
            {
                xml.Open("Owner").Text("ID", call.Account.AccountId).Text("DisplayName", call.Account.AccountId).Close();
            }

            xml.Close();
        }

        foreach (var prefix in page.Prefixes)
        {
            xml.Open("CommonPrefixes").Text("Prefix", call.Encoded(prefix)).Close();
        }
    }

    private static string Unmark(string token)
    {
        var bytes = new byte[token.Length];
        return Convert.TryFromBase64String(token, bytes, out var length)
            ? Encoding.UTF8.GetString(bytes.AsSpan(0, length))
            : throw new AwsFault(400, "InvalidArgument", "The continuation token provided is incorrect");
    }

    /// <summary>What one answer holds.</summary>
    private sealed record Page(string Prefix, string Delimiter, int Most)
    {
        public List<KeyValuePair<string, S3Object>> Objects { get; } = [];

        public List<string> Prefixes { get; } = [];

        public bool Truncated { get; private set; }

        /// <summary>The last key or prefix on the page.</summary>
        public string Last { get; private set; } = "";

        public static Page Of(S3Call call, S3Bucket bucket, string after)
        {
            var page = new Page(call.Query("prefix") ?? "", call.Query("delimiter") ?? "", call.Count("max-keys"));
            page.Fill(bucket, after);
            return page;
        }

        private void Fill(S3Bucket bucket, string after)
        {
            foreach (var pair in bucket.Objects)
            {
                var key = pair.Key;
                if (!key.StartsWith(Prefix, StringComparison.Ordinal) || string.CompareOrdinal(key, after) <= 0)
                {
                    continue;
                }

                var cut = Delimiter.Length == 0 ? -1 : key.IndexOf(Delimiter, Prefix.Length, StringComparison.Ordinal);
                var common = cut < 0 ? null : key[..(cut + Delimiter.Length)];
                if (common is not null && (common == Last || common == after))
                {
                    continue;
                }

                if (Objects.Count + Prefixes.Count >= Most)
                {
                    Truncated = Most > 0;
                    return;
                }

                if (common is null)
                {
                    Objects.Add(pair);
                }
                else
                {
                    Prefixes.Add(common);
                }

                Last = common ?? key;
            }
        }
    }
}
