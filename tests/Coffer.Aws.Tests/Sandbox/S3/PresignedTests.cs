using System.Globalization;
using System.Text;
using Coffer.Aws.Signing;
using Coffer.Aws.Sts;
using Coffer.Aws.Tests.Support;

namespace Coffer.Aws.Tests.Sandbox.S3;

public sealed class PresignedTests : S3Test
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public async Task A_url_reads_and_writes_without_a_key_and_its_body_is_uncovered()
    {
        await Do("PUT", "/b-1");
        Assert.Equal("200", (await Use("PUT", Url("PUT", "/b-1/a%20b", Root, Hour), "any body")).Outcome);
        Assert.Equal("any body", (await Use("GET", Url("GET", "/b-1/a%20b", Root, Hour))).Body);
        Assert.Equal("200", (await Use("HEAD", Url("HEAD", "/b-1/a%20b", Root, Hour))).Outcome);
        Assert.Equal("a b", (await Use("GET", Url("GET", "/b-1?list-type=2", Root, Hour))).Text("Key"));
        Assert.Equal("204", (await Use("DELETE", Url("DELETE", "/b-1/a%20b", Root, Hour))).Outcome);
    }

    [Fact]
    public async Task A_url_holds_for_its_method_path_and_query_only()
    {
        await Do("PUT", "/b-1");
        await Do("PUT", "/b-1/k", "x");
        var url = Url("GET", "/b-1/k", Root, Hour);

        Assert.Equal("403 SignatureDoesNotMatch", (await Use("DELETE", url)).Outcome);
        Assert.Equal("403 SignatureDoesNotMatch", (await Use("GET", url.Replace("/k?", "/l?", StringComparison.Ordinal))).Outcome);
        Assert.Equal("403 SignatureDoesNotMatch", (await Use("GET", url + "&response-content-type=text%2Fhtml")).Outcome);
        Assert.Equal("403 SignatureDoesNotMatch", (await Use("GET", url.Replace("X-Amz-Expires=3600", "X-Amz-Expires=7200", StringComparison.Ordinal))).Outcome);
        Assert.Equal("text/html", (await Use("GET", Url("GET", "/b-1/k?response-content-type=text%2Fhtml", Root, Hour))).Header("Content-Type"));
    }

    [Fact]
    public async Task A_url_ends_with_its_time_and_does_not_begin_before_it()
    {
        await Do("PUT", "/b-1");
        await Do("PUT", "/b-1/k", "x");
        var url = Url("GET", "/b-1/k", Root, Hour);
        var early = Url("GET", "/b-1/k", Root, Hour, Clock.GetUtcNow().AddMinutes(16));

        Assert.Equal("403 AccessDenied", (await Use("GET", early)).Outcome);
        Clock.Advance(Hour);
        Assert.Equal("200", (await Use("GET", url)).Outcome);
        Clock.Advance(TimeSpan.FromSeconds(1));
        var late = await Use("GET", url);
        Assert.Equal(("403 AccessDenied", "Request has expired"), (late.Outcome, late.Text("Message")));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("604801")]
    [InlineData("-1")]
    [InlineData("soon")]
    public async Task A_life_beyond_a_week_or_below_a_second_is_refused(string seconds)
    {
        await Do("PUT", "/b-1");
        var url = Url("GET", "/b-1/k", Root, Hour).Replace("X-Amz-Expires=3600", $"X-Amz-Expires={seconds}", StringComparison.Ordinal);
        Assert.Equal("400 AuthorizationQueryParametersError", (await Use("GET", url)).Outcome);
    }

    [Fact]
    public async Task Headers_that_are_signed_must_be_sent_and_others_of_s3_must_be_signed()
    {
        await Do("PUT", "/b-1");
        var url = Url("PUT", "/b-1/k", Root, Hour, headers: [("Content-Type", "text/plain"), ("x-amz-meta-who", "me")]);

        Assert.Equal("403 SignatureDoesNotMatch", (await Use("PUT", url, "x")).Outcome);
        Assert.Equal("403 SignatureDoesNotMatch", (await Use("PUT", url, "x", ("Content-Type", "text/html"), ("x-amz-meta-who", "me"))).Outcome);
        Assert.Equal(
            "403 AccessDenied", (await Use("PUT", url, "x", ("Content-Type", "text/plain"), ("x-amz-meta-who", "me"), ("x-amz-meta-more", "y"))).Outcome);
        Assert.Equal("200", (await Use("PUT", url, "x", ("Content-Type", "text/plain"), ("x-amz-meta-who", "me"))).Outcome);
        Assert.Equal("me", (await Do("HEAD", "/b-1/k")).Header("x-amz-meta-who"));
    }

    [Fact]
    public async Task Headers_that_a_signer_moved_into_the_url_count_as_headers()
    {
        await Do("PUT", "/b-1");
        await Do("PUT", "/b-1/source", "source");

        Assert.Equal("200", (await Use("PUT", Url("PUT", "/b-1/m?X-Amz-Meta-Who=me%20too&x-amz-tagging=a%3D1", Root, Hour), "x")).Outcome);
        var read = await Do("HEAD", "/b-1/m");
        Assert.Equal(("me too", "1"), (read.Header("x-amz-meta-who"), read.Header("x-amz-tagging-count")));
        Assert.Equal("200", (await Use("PUT", Url("PUT", "/b-1/copy?X-Amz-Copy-Source=b-1%2Fsource", Root, Hour))).Outcome);
        Assert.Equal("source", (await Do("GET", "/b-1/copy")).Body);
        Assert.Equal("200", (await Use("PUT", Url("PUT", "/b-1/m?x-amz-sdk-checksum-algorithm=CRC32&x-id=PutObject", Root, Hour), "x")).Outcome);
        Assert.Equal("400 BadDigest", (await Use("PUT", Url("PUT", "/b-1/m?x-amz-checksum-crc32=AAAAAA%3D%3D", Root, Hour), "x")).Outcome);
        Assert.Equal("501 NotImplemented", (await Use("PUT", Url("PUT", "/b-1/m?X-Amz-Acl=public-read", Root, Hour), "x")).Outcome);
        Assert.Equal("400 InvalidArgument", (await Use("PUT", Url("PUT", "/b-1/m?X-Amz-Meta-Who=a%0D%0Ab", Root, Hour), "x")).Outcome);
        Assert.Equal("412 PreconditionFailed", (await Use("PUT", Url("PUT", "/b-1/m", Root, Hour), "x", ("If-None-Match", "*"))).Outcome);
    }

    [Fact]
    public async Task A_url_may_cover_its_body_after_all()
    {
        await Do("PUT", "/b-1");
        var hash = SigV4.HashPayload("agreed"u8);
        var url = Url("PUT", "/b-1/k", Root, Hour, headers: [("x-amz-content-sha256", hash)], payload: hash);

        Assert.Equal("400 XAmzContentSHA256Mismatch", (await Use("PUT", url, "other", ("x-amz-content-sha256", hash))).Outcome);
        Assert.Equal("200", (await Use("PUT", url, "agreed", ("x-amz-content-sha256", hash))).Outcome);
        var moved = Url("PUT", $"/b-1/k?X-Amz-Content-Sha256={hash}", Root, Hour, payload: hash);
        Assert.Equal("400 XAmzContentSHA256Mismatch", (await Use("PUT", moved, "other")).Outcome);
        Assert.Equal("200", (await Use("PUT", moved, "agreed")).Outcome);
    }

    [Fact]
    public async Task A_url_of_a_session_carries_its_token_and_ends_with_the_session()
    {
        await Do("PUT", "/b-1");
        await Do("PUT", "/b-1/k", "x");
        var call = new FederationCall { Name = "one", Duration = TimeSpan.FromMinutes(15), Policy = AllowAll };
        var session = (await Sts.GetFederationTokenAsync(call, Cancel)).Credentials;
        var url = Url("GET", "/b-1/k", session, Hour);

        Assert.Contains("X-Amz-Security-Token=", url, StringComparison.Ordinal);
        Assert.Equal("200", (await Use("GET", url)).Outcome);
        Assert.Equal("403 InvalidAccessKeyId", (await Use("GET", Url("GET", "/b-1/k", session with { SessionToken = null }, Hour))).Outcome);
        Assert.Equal("400 InvalidToken", (await Use("GET", Url("GET", "/b-1/k", session with { SessionToken = "x" }, Hour))).Outcome);
        Assert.Equal("403 InvalidAccessKeyId", (await Use("GET", Url("GET", "/b-1/k", Root with { SessionToken = "x" }, Hour))).Outcome);
        Assert.DoesNotContain(Sandbox.Journal.Read(), seen => seen.Parameters.Values.Any(value => value.Contains(session.SessionToken!, StringComparison.Ordinal)));
        Clock.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal("400 ExpiredToken", (await Use("GET", url)).Outcome);
    }

    [Fact]
    public async Task Who_signed_a_url_decides_what_it_may_do_at_the_time_of_its_use()
    {
        await Do("PUT", "/b-1");
        await Do("PUT", "/b-1/k", "x");
        var key = await UserWhoMay("u", "s3:GetObject arn:aws:s3:::b-1/k");
        var url = Url("GET", "/b-1/k", key, Hour);

        Assert.Equal("200", (await Use("GET", url)).Outcome);
        Assert.Equal("403 AccessDenied", (await Use("PUT", Url("PUT", "/b-1/k", key, Hour), "y")).Outcome);
        await Iam.DeleteUserPolicyAsync("u", "own", Cancel);
        Assert.Equal("403 AccessDenied", (await Use("GET", url)).Outcome);
        await Iam.DeleteAccessKeyAsync("u", key.AccessKeyId, Cancel);
        Assert.Equal("403 InvalidAccessKeyId", (await Use("GET", url)).Outcome);
    }

    [Fact]
    public async Task Other_ways_to_sign_are_refused_for_what_they_are()
    {
        await Do("PUT", "/b-1");
        await Do("PUT", "/b-1/k", "x");
        var version2 = await Use("GET", "/b-1/k?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=x&Expires=1");
        Assert.Equal("400 InvalidRequest", version2.Outcome);
        Assert.Contains("AWS4-HMAC-SHA256", version2.Text("Message"), StringComparison.Ordinal);
        Assert.Contains("aws configure set default.s3.signature_version s3v4", version2.Text("Message"), StringComparison.Ordinal);
        Assert.Equal("403 AccessDenied", (await Use("GET", "/b-1/k")).Outcome);
        Assert.Equal("400 AuthorizationQueryParametersError", (await Use("GET", "/b-1/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=5")).Outcome);
        Assert.Equal("400 AuthorizationHeaderMalformed", (await Use("GET", "/b-1/k", "", ("Authorization", "AWS4-HMAC-SHA256 Credential=x"))).Outcome);
        Assert.Equal("400 InvalidArgument", (await Ask(Root, "GET", Url("GET", "/b-1/k", Root, Hour))).Outcome);
    }

    [Fact]
    public async Task A_url_uploads_a_part()
    {
        await Do("PUT", "/b-1");
        var id = (await Do("POST", "/b-1/k?uploads")).Text("UploadId");
        var part = await Use("PUT", Url("PUT", $"/b-1/k?partNumber=1&uploadId={id}", Root, Hour), "part");
        await Do(
            "POST", $"/b-1/k?uploadId={id}",
            $"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{part.Header("ETag")}</ETag></Part></CompleteMultipartUpload>");
        Assert.Equal("part", (await Do("GET", "/b-1/k")).Body);
    }

    private string Url(
        string method, string path, AwsCredentials key, TimeSpan life, DateTimeOffset? at = null, (string Name, string Value)[]? headers = null,
        string payload = SigV4Request.UnsignedPayload)
    {
        var parts = path.Split('?', 2);
        var request = new SigV4Request
        {
            Method = method,
            RawPath = parts[0],
            RawQuery = parts.Length > 1 ? parts[1] : "",
            Headers = [new("Host", Sandbox.Url.Authority), .. (headers ?? []).Select(header => KeyValuePair.Create(header.Name, header.Value))],
            PayloadHash = payload,
        };
        return string.Create(CultureInfo.InvariantCulture, $"{parts[0]}?{SigV4.Presign(request, key, "us-east-1", "s3", at ?? Clock.GetUtcNow(), life)}");
    }

    private async Task<S3Reply> Use(string method, string url, string body = "", params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(Sandbox.Url, url))
        {
            Content = method == "PUT" ? new ByteArrayContent(Encoding.UTF8.GetBytes(body)) : null,
        };
        foreach (var (name, value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value) || request.Content!.Headers.TryAddWithoutValidation(name, value), name);
        }

        using var response = await Http.SendAsync(request, Cancel);
        return await S3Reply.Of(response, Cancel);
    }
}
