using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Coffer.Aws.Signing;
using Coffer.Aws.Tests.Support;
using Coffer.AwsSandbox.Settings;

namespace Coffer.Aws.Tests.Sandbox.S3;

public sealed class MultipartTests : S3Test
{
    private const int Least = 5 * 1024 * 1024;

    private static readonly byte[] Large = [.. Enumerable.Range(0, Least).Select(i => (byte)('a' + (i % 23)))];

    protected override SandboxOptions Options => new() { S3BytesMax = 4 * Least };

    [Fact]
    public async Task Parts_become_one_object_whose_etag_is_made_of_theirs()
    {
        await Do("PUT", "/b-1");
        var id = await Begin("/b-1/k", ("Content-Type", "text/plain"), ("x-amz-meta-who", "me"), ("x-amz-tagging", "team=blue"));
        var second = await Part("/b-1/k", id, 9, "tail"u8.ToArray());
        var first = await Part("/b-1/k", id, 2, Large);
        Assert.Equal("404 NoSuchKey", (await Ask(Root, "GET", "/b-1/k")).Outcome);

        var done = await Complete(Root, "/b-1/k", id, Listed((2, first), (9, second)));
#pragma warning disable CA5351 // The ETag of an object is its MD5.
        var expected = $"\"{Convert.ToHexStringLower(MD5.HashData([.. MD5.HashData(Large), .. MD5.HashData("tail"u8)]))}-2\"";
#pragma warning restore CA5351
        Assert.Equal(("200", expected, "k", new Uri(Sandbox.Url, "/b-1/k").ToString()), (done.Outcome, done.Text("ETag"), done.Text("Key"), done.Text("Location")));
        var head = await Do("HEAD", "/b-1/k");
        Assert.Equal(
            (expected, $"{Least + 4}", "text/plain", "me", "1"),
            (head.Header("ETag"), head.Header("Content-Length"), head.Header("Content-Type"), head.Header("x-amz-meta-who"),
                head.Header("x-amz-tagging-count")));
        var middle = await Do("GET", "/b-1/k", "", ("Range", $"bytes={Least - 3}-{Least + 1}"));
        Assert.Equal((206, Encoding.ASCII.GetString(Large[^3..]) + "ta"), (middle.Status, middle.Body));
        Assert.Equal("404 NoSuchUpload", (await Complete(Root, "/b-1/k", id, Listed((2, first), (9, second)))).Outcome);
    }

    [Fact]
    public async Task A_list_that_does_not_fit_the_parts_is_refused_and_the_upload_stays()
    {
        await Do("PUT", "/b-1");
        var id = await Begin("/b-1/k");
        var first = await Part("/b-1/k", id, 1, "small"u8.ToArray());
        var second = await Part("/b-1/k", id, 2, "tail"u8.ToArray());
        foreach (var (list, code) in new[]
        {
            (Listed((1, first), (2, second)), "EntityTooSmall"),
            (Listed((2, second), (1, first)), "InvalidPartOrder"),
            (Listed((1, first), (1, first)), "InvalidPartOrder"),
            (Listed((1, second)), "InvalidPart"),
            (Listed((3, first)), "InvalidPart"),
            (Listed((0, first)), "MalformedXML"),
            (Listed((10_001, first)), "MalformedXML"),
            (Listed(), "MalformedXML"),
            ("<Part><PartNumber>1</PartNumber></Part>", "MalformedXML"),
        })
        {
            Assert.Equal((list, $"400 {code}"), (list, (await Complete(Root, "/b-1/k", id, list)).Outcome));
        }

        Assert.Equal("501 NotImplemented", (await Complete(Root, "/b-1/k", id, "<Part><PartNumber>1</PartNumber><ETag>x</ETag><Later/></Part>")).Outcome);
        Assert.Equal("200", (await Complete(Root, "/b-1/k", id, Listed((2, second.Trim('"'))))).Outcome);
        Assert.Equal("tail", (await Do("GET", "/b-1/k")).Body);
    }

    [Fact]
    public async Task Completing_refuses_a_document_type_and_deep_nesting()
    {
        await Do("PUT", "/b-1");
        var id = await Begin("/b-1/k");
        await Part("/b-1/k", id, 1, "x"u8.ToArray());
        var deep = string.Concat(Enumerable.Repeat("<x>", 100_000)) + string.Concat(Enumerable.Repeat("</x>", 100_000));
        Assert.Equal("400 MalformedXML", (await Complete(Root, "/b-1/k", id, deep)).Outcome);
        Assert.Equal(
            "400 MalformedXML",
            (await Ask(Root, "POST", $"/b-1/k?uploadId={id}", "<!DOCTYPE x><CompleteMultipartUpload/>")).Outcome);
    }

    [Fact]
    public async Task A_part_sent_again_takes_the_place_of_the_first()
    {
        await Do("PUT", "/b-1");
        var id = await Begin("/b-1/k");
        var first = await Part("/b-1/k", id, 1, "first"u8.ToArray());
        var again = await Part("/b-1/k", id, 1, "again"u8.ToArray());

        Assert.Equal("400 InvalidPart", (await Complete(Root, "/b-1/k", id, Listed((1, first)))).Outcome);
        Assert.Equal("200", (await Complete(Root, "/b-1/k", id, Listed((1, again)))).Outcome);
        Assert.Equal("again", (await Do("GET", "/b-1/k")).Body);
    }

    [Fact]
    public async Task An_upload_belongs_to_its_key_and_ends_when_it_is_aborted()
    {
        await Do("PUT", "/b-1");
        var id = await Begin("/b-1/k");
        Assert.Equal("404 NoSuchUpload", (await Ask(Root, "PUT", $"/b-1/other?partNumber=1&uploadId={id}", "x")).Outcome);
        foreach (var number in new[] { "0", "10001", "-1", "x", "" })
        {
            Assert.Equal("400 InvalidArgument", (await Ask(Root, "PUT", $"/b-1/k?partNumber={number}&uploadId={id}", "x")).Outcome);
        }

        await Do("DELETE", $"/b-1/k?uploadId={id}");
        foreach (var (method, query) in new[] { ("PUT", "partNumber=1&"), ("GET", ""), ("DELETE", ""), ("POST", "") })
        {
            Assert.Equal("404 NoSuchUpload", (await Ask(Root, method, $"/b-1/k?{query}uploadId={id}", method == "GET" ? "" : "x")).Outcome);
        }

        Assert.Equal("404 NoSuchBucket", (await Ask(Root, "POST", "/ghost/k?uploads")).Outcome);
    }

    [Fact]
    public async Task Parts_and_uploads_are_listed_in_pages()
    {
        await Do("PUT", "/b-1");
        var ids = new List<(string Key, string Id)>();
        foreach (var key in new[] { "a", "dir/b", "dir/c", "z" })
        {
            ids.Add((key, await Begin($"/b-1/{key}")));
        }

        ids.Add(("a", await Begin("/b-1/a")));
        foreach (var number in new[] { 3, 1, 2 })
        {
            await Part("/b-1/a", ids[0].Id, number, [(byte)number]);
        }

        var page = await Do("GET", $"/b-1/a?uploadId={ids[0].Id}&max-parts=2");
        Assert.Equal(("true", "2"), (page.Text("IsTruncated"), page.Text("NextPartNumberMarker")));
        Assert.Equal(["1", "2"], page.Texts("PartNumber"));
        var rest = await Do("GET", $"/b-1/a?uploadId={ids[0].Id}&part-number-marker=2");
        Assert.Equal(("false", "3", "1"), (rest.Text("IsTruncated"), rest.Text("PartNumber"), rest.Text("Size")));

        var seen = new List<(string, string)>();
        var marker = "";
        S3Reply uploads;
        do
        {
            uploads = await Do("GET", $"/b-1?uploads&max-uploads=2{marker}");
            seen.AddRange(uploads.Texts("Key").Zip(uploads.Texts("UploadId")));
            marker = $"&key-marker={Uri.EscapeDataString(uploads.Text("NextKeyMarker") ?? "")}&upload-id-marker={uploads.Text("NextUploadIdMarker")}";
        }
        while (uploads.Text("IsTruncated") == "true");

        Assert.Equal(ids.Order(), seen.Order());
        var grouped = await Do("GET", "/b-1?uploads&delimiter=%2F");
        Assert.Equal(["a", "a", "z"], grouped.Texts("Key"));
        Assert.Single(grouped.Texts("Prefix"), prefix => prefix == "dir/");
    }

    [Fact]
    public async Task Parts_are_copied_from_other_objects()
    {
        await Do("PUT", "/b-1");
        await Do("PUT", "/b-1/source", "0123456789");
        var id = await Begin("/b-1/k");
        async Task<S3Reply> Copy(string source, string? range) => await Ask(
            Root, "PUT", $"/b-1/k?partNumber=1&uploadId={id}", "",
            range is null ? [("x-amz-copy-source", source)] : [("x-amz-copy-source", source), ("x-amz-copy-source-range", range)]);

        foreach (var range in new[] { "bytes=5-10", "bytes=6-5", "bytes=-5", "bytes=5-", "5-6", "bytes=0-1,3-4" })
        {
            Assert.Equal((range, "400 InvalidArgument"), (range, (await Copy("b-1/source", range)).Outcome));
        }

        Assert.Equal("404 NoSuchKey", (await Copy("b-1/ghost", null)).Outcome);
        Assert.Equal("0123456789", await Made(await Copy("b-1/source", null)));
        id = await Begin("/b-1/k");
        Assert.Equal("234", await Made(await Copy("b-1/source", "bytes=2-4")));

        async Task<string> Made(S3Reply copied)
        {
            Assert.Equal("200", (await Complete(Root, "/b-1/k", id, Listed((1, copied.Text("ETag")!)))).Outcome);
            return (await Do("GET", "/b-1/k")).Body;
        }
    }

    [Theory]
    [InlineData("POST", "/b-1/k?uploads", "s3:PutObject arn:aws:s3:::b-1/k")]
    [InlineData("PUT", "/b-1/k?partNumber=1&uploadId=ID", "s3:PutObject arn:aws:s3:::b-1/k")]
    [InlineData("POST", "/b-1/k?uploadId=ID", "s3:PutObject arn:aws:s3:::b-1/k")]
    [InlineData("DELETE", "/b-1/k?uploadId=ID", "s3:AbortMultipartUpload arn:aws:s3:::b-1/k")]
    [InlineData("GET", "/b-1/k?uploadId=ID", "s3:ListMultipartUploadParts arn:aws:s3:::b-1/k")]
    [InlineData("GET", "/b-1?uploads", "s3:ListBucketMultipartUploads arn:aws:s3:::b-1")]
    public async Task Each_call_needs_its_own_permission(string method, string path, string permission)
    {
        await Do("PUT", "/b-1");
        var id = await Begin("/b-1/k");
        string[] all =
        [
            "s3:PutObject arn:aws:s3:::b-1/k", "s3:AbortMultipartUpload arn:aws:s3:::b-1/k", "s3:ListMultipartUploadParts arn:aws:s3:::b-1/k",
            "s3:ListBucketMultipartUploads arn:aws:s3:::b-1", "s3:GetObject arn:aws:s3:::b-1/k", "s3:ListBucket arn:aws:s3:::b-1",
        ];
        var with = await UserWhoMay("with", permission);
        var without = await UserWhoMay("without", [.. all.Except([permission])]);
        path = path.Replace("ID", id, StringComparison.Ordinal);

        Assert.Equal("403 AccessDenied", (await Ask(without, method, path)).Outcome);
        Assert.NotEqual(403, (await Ask(with, method, path)).Status);
    }

    [Fact]
    public async Task A_copied_part_needs_to_read_its_source()
    {
        await Do("PUT", "/b-1");
        await Do("PUT", "/b-1/source", "x");
        var id = await Begin("/b-1/k");
        var writes = await UserWhoMay("writes", "s3:PutObject arn:aws:s3:::b-1/k");
        var both = await UserWhoMay("both", "s3:PutObject arn:aws:s3:::b-1/k", "s3:GetObject arn:aws:s3:::b-1/source");
        Task<S3Reply> Copy(AwsCredentials key) => Ask(key, "PUT", $"/b-1/k?partNumber=1&uploadId={id}", "", ("x-amz-copy-source", "b-1/source"));

        Assert.Equal("403 AccessDenied", (await Copy(writes)).Outcome);
        Assert.Equal("200", (await Copy(both)).Outcome);
    }

    [Theory]
    [InlineData("CRC32", null, "COMPOSITE")]
    [InlineData("CRC32", "FULL_OBJECT", "FULL_OBJECT")]
    [InlineData("CRC64NVME", null, "FULL_OBJECT")]
    [InlineData("SHA256", null, "COMPOSITE")]
    public async Task A_checksum_covers_the_parts_or_the_whole(string name, string? type, string shown)
    {
        var header = $"x-amz-checksum-{name.ToLower(CultureInfo.InvariantCulture)}";
        string Of(byte[] bytes) => Convert.ToBase64String(
            AwsSandbox.S3.Objects.S3Algorithm.Named(name)!.Compute(new System.Buffers.ReadOnlySequence<byte>(bytes)));
        await Do("PUT", "/b-1");
        var begun = await Do(
            "POST", "/b-1/k?uploads", "", type is null ? [("x-amz-checksum-algorithm", name)] : [("x-amz-checksum-algorithm", name), ("x-amz-checksum-type", type)]);
        Assert.Equal((name, shown), (begun.Header("x-amz-checksum-algorithm"), begun.Header("x-amz-checksum-type")));
        var id = begun.Text("UploadId")!;
        var (one, two) = (Of(Large), Of("tail"u8.ToArray()));
        Assert.Equal("400 InvalidRequest", (await Ask(Root, "PUT", $"/b-1/k?partNumber=1&uploadId={id}", "x")).Outcome);
        Assert.Equal("400 BadDigest", (await Ask(Root, "PUT", $"/b-1/k?partNumber=1&uploadId={id}", "x", (header, one))).Outcome);
        var first = await Ask(Root, "PUT", $"/b-1/k?partNumber=1&uploadId={id}", Large, (header, one));
        var second = await Do("PUT", $"/b-1/k?partNumber=2&uploadId={id}", "tail", (header, two));
        Assert.Equal((one, two), (first.Header(header), second.Header(header)));
        string List(string firstSum) =>
            $"<Part><PartNumber>1</PartNumber><ETag>{first.Header("ETag")}</ETag><Checksum{name}>{firstSum}</Checksum{name}></Part>"
            + $"<Part><PartNumber>2</PartNumber><ETag>{second.Header("ETag")}</ETag><Checksum{name}>{two}</Checksum{name}></Part>";

        Assert.Equal("400 InvalidPart", (await Complete(Root, "/b-1/k", id, List(two))).Outcome);
        if (shown == "COMPOSITE")
        {
            var bare = Listed((1, first.Header("ETag")!), (2, second.Header("ETag")!));
            Assert.Equal("400 InvalidRequest", (await Complete(Root, "/b-1/k", id, bare)).Outcome);
        }

        var whole = shown == "COMPOSITE"
            ? Of([.. Convert.FromBase64String(one), .. Convert.FromBase64String(two)]) + "-2"
            : Of([.. Large, .. "tail"u8]);
        Assert.Equal("400 BadDigest", (await Complete(Root, "/b-1/k", id, List(one), (header, one))).Outcome);
        var done = await Complete(Root, "/b-1/k", id, List(one), (header, whole));
        Assert.Equal(("200", whole, shown), (done.Outcome, done.Text($"Checksum{name}"), done.Text("ChecksumType")));
        Assert.Equal(whole, (await Do("HEAD", "/b-1/k", "", ("x-amz-checksum-mode", "ENABLED"))).Header(header));
    }

    [Fact]
    public async Task A_kind_of_checksum_that_its_algorithm_cannot_have_is_refused()
    {
        await Do("PUT", "/b-1");
        foreach (var (name, type) in new[] { ("SHA256", "FULL_OBJECT"), ("CRC64NVME", "COMPOSITE"), ("CRC32", "OTHER") })
        {
            Assert.Equal(
                "400 InvalidRequest",
                (await Ask(Root, "POST", "/b-1/k?uploads", "", ("x-amz-checksum-algorithm", name), ("x-amz-checksum-type", type))).Outcome);
        }

        Assert.Equal("400 InvalidRequest", (await Ask(Root, "POST", "/b-1/k?uploads", "", ("x-amz-checksum-type", "COMPOSITE"))).Outcome);
        Assert.Equal("501 NotImplemented", (await Ask(Root, "POST", "/b-1/k?uploads", "", ("x-amz-checksum-algorithm", "XXHASH64"))).Outcome);
    }

    [Fact]
    public async Task Parts_count_against_the_bound_until_they_are_gone()
    {
        await Do("PUT", "/b-1");
        var id = await Begin("/b-1/k");
        var parts = new List<(int, string)>();
        for (var number = 1; number <= 4; number++)
        {
            parts.Add((number, await Part("/b-1/k", id, number, Large)));
        }

        Assert.Equal("503 SlowDown", (await Ask(Root, "PUT", $"/b-1/k?partNumber=5&uploadId={id}", "x")).Outcome);
        Assert.Equal("503 SlowDown", (await Ask(Root, "PUT", "/b-1/other", "x")).Outcome);
        await Part("/b-1/k", id, 4, Large);
        Assert.Equal("200", (await Complete(Root, "/b-1/k", id, Listed([.. parts.Take(2)]))).Outcome);
        Assert.Equal("200", (await Ask(Root, "PUT", "/b-1/other", Large)).Outcome);

        id = await Begin("/b-1/again");
        await Part("/b-1/again", id, 1, Large);
        Assert.Equal("503 SlowDown", (await Ask(Root, "PUT", "/b-1/more", "x")).Outcome);
        await Do("DELETE", $"/b-1/again?uploadId={id}");
        await Do("PUT", "/b-1/more", "x");
    }

    [Fact]
    public async Task A_bucket_goes_with_its_unfinished_uploads_and_they_take_no_room_after_it()
    {
        await Do("PUT", "/b-1");
        var id = await Begin("/b-1/k");
        for (var number = 1; number <= 4; number++)
        {
            await Part("/b-1/k", id, number, Large);
        }

        await Do("DELETE", "/b-1");
        await Do("PUT", "/b-1");
        Assert.Equal("404 NoSuchUpload", (await Ask(Root, "GET", $"/b-1/k?uploadId={id}")).Outcome);
        Assert.Equal("200", (await Ask(Root, "PUT", "/b-1/k", Large)).Outcome);
    }

    [Fact]
    public async Task Completing_may_depend_on_the_version_and_the_size_that_is_meant()
    {
        await Do("PUT", "/b-1");
        await Do("PUT", "/b-1/k", "there");
        var id = await Begin("/b-1/k");
        var list = Listed((1, await Part("/b-1/k", id, 1, "new"u8.ToArray())));

        Assert.Equal("412 PreconditionFailed", (await Complete(Root, "/b-1/k", id, list, ("If-None-Match", "*"))).Outcome);
        Assert.Equal("400 InvalidRequest", (await Complete(Root, "/b-1/k", id, list, ("x-amz-mp-object-size", "4"))).Outcome);
        Assert.Equal("there", (await Do("GET", "/b-1/k")).Body);
        Assert.Equal("200", (await Complete(Root, "/b-1/k", id, list, ("x-amz-mp-object-size", "3"))).Outcome);
    }

    private async Task<string> Begin(string path, params (string, string)[] headers) =>
        (await Do("POST", path + "?uploads", "", headers)).Text("UploadId") ?? "";

    private async Task<string> Part(string path, string id, int number, byte[] body)
    {
        var reply = await Ask(Root, "PUT", $"{path}?partNumber={number}&uploadId={id}", body);
        Assert.Equal("200", reply.Outcome);
        return reply.Header("ETag") ?? "";
    }

    private Task<S3Reply> Complete(AwsCredentials key, string path, string id, string parts, params (string, string)[] headers) =>
        Ask(key, "POST", $"{path}?uploadId={id}", $"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>", headers);

    private static string Listed(params (int Number, string ETag)[] parts) =>
        string.Concat(parts.Select(part => $"<Part><PartNumber>{part.Number}</PartNumber><ETag>{part.ETag}</ETag></Part>"));
}
