using System.Buffers;
using System.Globalization;
using System.Text;
using Coffer.Aws.Signing;
using Coffer.Aws.Tests.Support;
using Coffer.AwsSandbox.S3.Objects;

namespace Coffer.Aws.Tests.Sandbox.S3;

public sealed class ObjectTests : S3Test
{
    private const string Hello = "\"5d41402abc4b2a76b9719d911017c592\"";

    /// <summary>The catalogue's check values: each checksum of the nine digits.</summary>
    [Theory]
    [InlineData("CRC32", "CBF43926")]
    [InlineData("CRC32C", "E3069283")]
    [InlineData("CRC64NVME", "AE8B14860A799888")]
    [InlineData("SHA1", "F7C3BC1D808E04732ADF679965CCC34CA7AE3441")]
    [InlineData("SHA256", "15E2B0D3C33891EBB0F1EF609EC419420C20E320CE94C65FBC8C3312448EB225")]
    public async Task A_checksum_is_checked_kept_and_given_back(string name, string expected)
    {
        var value = Convert.ToBase64String(Convert.FromHexString(expected));
        var header = $"x-amz-checksum-{name.ToLower(CultureInfo.InvariantCulture)}";
        await Do("PUT", "/b-1");
        Assert.Equal(expected, Convert.ToHexString(S3Algorithm.Named(name)!.Compute(new ReadOnlySequence<byte>("123456789"u8.ToArray()))));

        Assert.Equal(value, (await Do("PUT", "/b-1/k", "123456789", (header, value))).Header(header));
        Assert.Equal("400 BadDigest", (await Ask(Root, "PUT", "/b-1/k", "123456780", (header, value))).Outcome);
        Assert.Equal("400 InvalidRequest", (await Ask(Root, "PUT", "/b-1/k", "123456789", (header, "AAA"))).Outcome);
        var read = await Do("GET", "/b-1/k", "", ("x-amz-checksum-mode", "ENABLED"));
        Assert.Equal(("123456789", value, "FULL_OBJECT"), (read.Body, read.Header(header), read.Header("x-amz-checksum-type")));
        Assert.Null((await Do("GET", "/b-1/k")).Header(header));
        Assert.Equal(name, (await Do("GET", "/b-1?list-type=2")).Text("ChecksumAlgorithm"));
    }

    [Fact]
    public async Task A_checksum_in_a_trailer_is_checked_too()
    {
        await Do("PUT", "/b-1");
        const string Kind = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
        async Task<string> Send(string checksum, string announced = "x-amz-checksum-crc32", string name = "x-amz-checksum-crc32")
        {
            var time = SigV4.FormatTime(Clock.GetUtcNow());
            List<KeyValuePair<string, string>> headers =
                [new("X-Amz-Date", time), new("X-Amz-Content-Sha256", Kind), new("X-Amz-Trailer", announced), new("X-Amz-Decoded-Content-Length", "9")];
            var signed = SigV4.Sign(
                new SigV4Request { Method = "PUT", RawPath = "/b-1/k", Headers = [new("Host", Sandbox.Url.Authority), .. headers], PayloadHash = Kind },
                Root, "us-east-1", "s3", Clock.GetUtcNow());
            using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(Sandbox.Url, "/b-1/k"))
            {
                Content = new ByteArrayContent(Encoding.ASCII.GetBytes($"9\r\n123456789\r\n0\r\n{name}:{checksum}\r\n\r\n")),
            };
            foreach (var (key, value) in headers.Append(new("Authorization", signed.Authorization)))
            {
                request.Headers.TryAddWithoutValidation(key, value);
            }

            using var response = await Http.SendAsync(request, Cancel);
            return (await S3Reply.Of(response, Cancel)).Outcome;
        }

        Assert.Equal("400 BadDigest", await Send("AAAAAA=="));
        Assert.Equal("400 MalformedTrailerError", await Send("y/Q5Jg==", announced: "x-amz-checksum-crc32c"));
        Assert.Equal("400 MalformedTrailerError", await Send("y", "x-amz-meta-who", "x-amz-meta-who"));
        Assert.Equal("404 NoSuchKey", (await Ask(Root, "GET", "/b-1/k")).Outcome);
        Assert.Equal("200", await Send("y/Q5Jg=="));
        Assert.Equal("123456789", (await Do("GET", "/b-1/k")).Body);
    }

    [Fact]
    public async Task A_checksum_that_is_announced_twice_or_not_sent_is_refused()
    {
        await Do("PUT", "/b-1");
        Assert.Equal(
            "400 InvalidRequest",
            (await Ask(Root, "PUT", "/b-1/k", "x", ("x-amz-checksum-crc32", "jNw/dg=="), ("x-amz-checksum-sha1", "EfatjsUqKYSrqv18O1FlA3hcLKI="))).Outcome);
        Assert.Equal("400 InvalidRequest", (await Ask(Root, "PUT", "/b-1/k", "x", ("x-amz-sdk-checksum-algorithm", "CRC32"))).Outcome);
        Assert.Equal("400 InvalidDigest", (await Ask(Root, "PUT", "/b-1/k", "x", ("Content-MD5", "x"))).Outcome);
        Assert.Equal("400 BadDigest", (await Ask(Root, "PUT", "/b-1/k", "x", ("Content-MD5", "XUFAKrxLKna5cZ2REBfFkg=="))).Outcome);
        Assert.Equal("404 NoSuchKey", (await Ask(Root, "GET", "/b-1/k")).Outcome);
    }

    [Fact]
    public async Task Headers_of_an_object_come_back_and_a_reader_can_have_them_replaced()
    {
        await Do("PUT", "/b-1");
        await Do(
            "PUT", "/b-1/k", "hello", ("Content-Type", "text/plain"), ("Cache-Control", "no-store"), ("Content-Disposition", "inline"),
            ("Content-Encoding", "gzip,aws-chunked"), ("x-amz-meta-who", "me"));

        var plain = await Do("GET", "/b-1/k");
        Assert.Equal(
            ("text/plain", "no-store", "inline", "gzip", "me"),
            (plain.Header("Content-Type"), plain.Header("Cache-Control"), plain.Header("Content-Disposition"), plain.Header("Content-Encoding"),
                plain.Header("x-amz-meta-who")));
        var replaced = await Do("GET", "/b-1/k?response-content-type=text%2Fhtml&response-content-disposition=attachment%3B%20filename%3Da.txt");
        Assert.Equal(("text/html", "attachment; filename=a.txt"), (replaced.Header("Content-Type"), replaced.Header("Content-Disposition")));
        Assert.Equal("400 InvalidArgument", (await Ask(Root, "GET", "/b-1/k?response-content-type=a%0D%0Ab%3A%20c")).Outcome);
        Assert.Equal("400 MetadataTooLarge", (await Ask(Root, "PUT", "/b-1/k", "x", ("x-amz-meta-long", new string('x', 2048)))).Outcome);
    }

    [Theory]
    [InlineData("If-Match", Hello, 200)]
    [InlineData("If-Match", "\"other\"", 412)]
    [InlineData("If-Match", "*", 200)]
    [InlineData("If-None-Match", Hello, 304)]
    [InlineData("If-None-Match", "\"other\"", 200)]
    [InlineData("If-Modified-Since", "Sun, 01 Mar 2026 11:59:59 GMT", 200)]
    [InlineData("If-Modified-Since", "Sun, 01 Mar 2026 12:00:00 GMT", 304)]
    [InlineData("If-Unmodified-Since", "Sun, 01 Mar 2026 12:00:00 GMT", 200)]
    [InlineData("If-Unmodified-Since", "Sun, 01 Mar 2026 11:59:59 GMT", 412)]
    public async Task Reading_may_depend_on_the_version_that_is_there(string header, string value, int status)
    {
        await Do("PUT", "/b-1");
        await Do("PUT", "/b-1/k", "hello");
        foreach (var method in new[] { "GET", "HEAD" })
        {
            var reply = await Ask(Root, method, "/b-1/k", "", (header, value));
            Assert.Equal((status, status == 412 ? null : Hello), (reply.Status, reply.Header("ETag")));
        }
    }

    [Theory]
    [InlineData(Hello, "ell")]
    [InlineData("Sun, 01 Mar 2026 12:00:00 GMT", "ell")]
    [InlineData("\"other\"", "hello")]
    [InlineData("Sun, 01 Mar 2026 11:59:59 GMT", "hello")]
    public async Task A_part_of_another_version_is_not_given(string begun, string body)
    {
        await Do("PUT", "/b-1");
        await Do("PUT", "/b-1/k", "hello");
        Assert.Equal(body, (await Do("GET", "/b-1/k", "", ("Range", "bytes=1-3"), ("If-Range", begun))).Body);
    }

    [Fact]
    public async Task Writing_and_deleting_may_depend_on_the_version_that_is_there()
    {
        await Do("PUT", "/b-1");
        Assert.Equal("404 NoSuchKey", (await Ask(Root, "PUT", "/b-1/k", "new", ("If-Match", Hello))).Outcome);
        await Do("PUT", "/b-1/k", "hello", ("If-None-Match", "*"));
        Assert.Equal("412 PreconditionFailed", (await Ask(Root, "PUT", "/b-1/k", "new", ("If-None-Match", "*"))).Outcome);
        Assert.Equal("412 PreconditionFailed", (await Ask(Root, "PUT", "/b-1/k", "new", ("If-Match", "\"other\""))).Outcome);
        Assert.Equal("501 NotImplemented", (await Ask(Root, "PUT", "/b-1/k", "new", ("If-None-Match", Hello))).Outcome);
        Assert.Equal("412 PreconditionFailed", (await Ask(Root, "DELETE", "/b-1/k", "", ("If-Match", "\"other\""))).Outcome);
        Assert.Equal("hello", (await Do("GET", "/b-1/k")).Body);
        await Do("PUT", "/b-1/k", "new", ("If-Match", Hello));
        Assert.Equal("new", (await Do("GET", "/b-1/k")).Body);
    }

    [Fact]
    public async Task Tags_are_kept_shown_replaced_and_judged()
    {
        await Do("PUT", "/b-1");
        await Do("PUT", "/b-1/k", "x", ("x-amz-tagging", "team=blue&a%20b=1%2F2"));
        Assert.Equal("2", (await Do("HEAD", "/b-1/k")).Header("x-amz-tagging-count"));
        var shown = await Do("GET", "/b-1/k?tagging");
        Assert.Equal(["a b", "team"], shown.Texts("Key"));
        Assert.Equal(["1/2", "blue"], shown.Texts("Value"));

        var writer = await UserWhoMay("w", "s3:PutObject arn:aws:s3:::b-1/*", "s3:GetObject arn:aws:s3:::b-1/*");
        Assert.Equal("403 AccessDenied", (await Ask(writer, "PUT", "/b-1/k", "y", ("x-amz-tagging", "team=red"))).Outcome);
        Assert.Equal("403 AccessDenied", (await Ask(writer, "GET", "/b-1/k?tagging")).Outcome);
        Assert.Equal("403 AccessDenied", (await Ask(writer, "PUT", "/b-1/k?tagging", Tagging(("team", "red")))).Outcome);
        Assert.Equal("403 AccessDenied", (await Ask(writer, "DELETE", "/b-1/k?tagging")).Outcome);
        Assert.Null((await Ask(writer, "GET", "/b-1/k")).Header("x-amz-tagging-count"));

        await Do("PUT", "/b-1/k?tagging", Tagging(("team", "red")));
        Assert.Equal("red", (await Do("GET", "/b-1/k?tagging")).Text("Value"));
        await Do("DELETE", "/b-1/k?tagging");
        Assert.Empty((await Do("GET", "/b-1/k?tagging")).Texts("Value"));
    }

    [Fact]
    public async Task A_policy_may_speak_of_the_tags_that_an_object_has_and_of_those_that_are_asked_for()
    {
        var key = await UserWith("u", """
            {"Version":"2012-10-17","Statement":[
              {"Effect":"Allow","Action":["s3:PutObject","s3:PutObjectTagging"],"Resource":"*","Condition":{"StringEquals":{"s3:RequestObjectTag/team":"blue"}}},
              {"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"StringEquals":{"s3:ExistingObjectTag/team":"blue"}}}]}
            """);
        await Do("PUT", "/b-1");
        await Do("PUT", "/b-1/red", "x", ("x-amz-tagging", "team=red"));

        Assert.Equal("200", (await Ask(key, "PUT", "/b-1/blue", "x", ("x-amz-tagging", "team=blue"))).Outcome);
        Assert.Equal("403 AccessDenied", (await Ask(key, "PUT", "/b-1/blue", "x")).Outcome);
        Assert.Equal("403 AccessDenied", (await Ask(key, "PUT", "/b-1/blue?tagging", Tagging(("team", "red")))).Outcome);
        Assert.Equal("200", (await Ask(key, "GET", "/b-1/blue")).Outcome);
        Assert.Equal("403 AccessDenied", (await Ask(key, "GET", "/b-1/red")).Outcome);
    }

    [Theory]
    [InlineData("aws:x=1", "InvalidTag")]
    [InlineData("=1", "InvalidTag")]
    [InlineData("a=1&a=2", "InvalidTag")]
    [InlineData("a=%3C", "InvalidTag")]
    [InlineData("a=%", "InvalidArgument")]
    [InlineData("a&b&c&d&e&f&g&h&i&j&k", "BadRequest")]
    public async Task Tags_that_are_none_are_refused(string tags, string code)
    {
        await Do("PUT", "/b-1");
        Assert.Equal($"400 {code}", (await Ask(Root, "PUT", "/b-1/k", "x", ("x-amz-tagging", tags))).Outcome);
    }

    private static string Tagging(params (string Key, string Value)[] tags)
    {
        var text = new StringBuilder("<Tagging><TagSet>");
        foreach (var (key, value) in tags)
        {
            text.Append(CultureInfo.InvariantCulture, $"<Tag><Key>{key}</Key><Value>{value}</Value></Tag>");
        }

        return text.Append("</TagSet></Tagging>").ToString();
    }
}
