using System.Globalization;
using System.Net;
using System.Text;
using Coffer.Aws.Signing;
using Coffer.Aws.Tests.Support;
using Coffer.AwsSandbox.Settings;

namespace Coffer.Aws.Tests.Sandbox.S3;

public sealed class BasicTests : SandboxTest
{
    protected override SandboxOptions Options => new() { S3BytesMax = 1000 };

    [Fact]
    public async Task Objects_are_put_listed_read_and_removed()
    {
        var root = Options.Bootstrap;
        Assert.Equal((200, ""), await Send(root, "PUT", "/b-1"));
        Assert.Equal(200, (await Send(root, "PUT", "/b-1/dir/one%20two", "hello")).Status);
        Assert.Equal((200, "hello"), await Send(root, "GET", "/b-1/dir/one%20two"));
        Assert.Contains("<Key>dir/one two</Key>", (await Send(root, "GET", "/b-1?list-type=2&prefix=dir%2F")).Body, StringComparison.Ordinal);
        Assert.Contains("<Prefix>dir/</Prefix></CommonPrefixes>", (await Send(root, "GET", "/b-1?delimiter=%2F")).Body, StringComparison.Ordinal);
        Assert.Equal(409, (await Send(root, "DELETE", "/b-1")).Status);
        Assert.Equal(204, (await Send(root, "DELETE", "/b-1/dir/one%20two")).Status);
        Assert.Equal(404, (await Send(root, "GET", "/b-1/dir/one%20two")).Status);
        Assert.Equal(204, (await Send(root, "DELETE", "/b-1")).Status);
    }

    [Fact]
    public async Task Lists_come_in_pages_that_lose_and_repeat_nothing()
    {
        var root = Options.Bootstrap;
        await Send(root, "PUT", "/b-1");
        var keys = Enumerable.Range(0, 7).Select(i => $"k{i}").ToList();
        foreach (var key in keys)
        {
            await Send(root, "PUT", $"/b-1/{key}", "x");
        }

        var found = new List<string>();
        string? token = null;
        do
        {
            var (_, body) = await Send(root, "GET", "/b-1?list-type=2&max-keys=3" + (token is null ? "" : $"&continuation-token={Uri.EscapeDataString(token)}"));
            found.AddRange(Between(body, "<Key>", "</Key>"));
            token = Between(body, "<NextContinuationToken>", "</NextContinuationToken>").FirstOrDefault();
        }
        while (token is not null);

        Assert.Equal(keys, found);
    }

    [Fact]
    public async Task Permissions_decide_what_a_key_sees()
    {
        var root = Options.Bootstrap;
        await Send(root, "PUT", "/b-1");
        await Send(root, "PUT", "/b-1/open", "x");
        var key = await UserWith("u", """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b-1/*"}}""");

        Assert.Equal((200, "x"), await Send(key, "GET", "/b-1/open"));
        Assert.Equal(403, (await Send(key, "GET", "/b-1/ghost")).Status);
        Assert.Equal(403, (await Send(key, "PUT", "/b-1/open", "y")).Status);
        Assert.Equal(403, (await Send(key, "GET", "/b-1")).Status);
        Assert.Equal(403, (await Send(key, "GET", "/")).Status);
        Assert.Contains("InvalidAccessKeyId", (await Send(new AwsCredentials("AKIAGHOSTGHOSTGHOST1", "x"), "GET", "/")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_offered_is_refused_and_storage_is_bounded()
    {
        var root = Options.Bootstrap;
        await Send(root, "PUT", "/b-1");
        Assert.Equal(501, (await Send(root, "GET", "/b-1?versioning")).Status);
        Assert.Equal(501, (await Send(root, "PUT", "/b-1/k?uploadId=u", "x")).Status);
        Assert.Equal(200, (await Send(root, "PUT", "/b-1/k", new string('x', 900))).Status);
        Assert.Equal(503, (await Send(root, "PUT", "/b-1/l", new string('x', 101))).Status);
        Assert.Equal(200, (await Send(root, "PUT", "/b-1/k", new string('x', 1000))).Status);
        Assert.Equal(400, (await Send(root, "PUT", "/Not_A_Bucket")).Status);
    }

    [Fact]
    public async Task Signed_chunks_are_put_together_and_a_changed_one_is_refused()
    {
        await Send(Options.Bootstrap, "PUT", "/b-1");

        Assert.Equal(HttpStatusCode.OK, await SendChunked("first part, ", "second part", tamper: false));
        Assert.Equal((200, "first part, second part"), await Send(Options.Bootstrap, "GET", "/b-1/chunked"));
        Assert.Equal(HttpStatusCode.Forbidden, await SendChunked("third part, ", "fourth part", tamper: true));
        Assert.Equal((200, "first part, second part"), await Send(Options.Bootstrap, "GET", "/b-1/chunked"));
    }

    private async Task<HttpStatusCode> SendChunked(string first, string second, bool tamper)
    {
        const string Kind = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
        var time = SigV4.FormatTime(Clock.GetUtcNow());
        var scope = new CredentialScope(time[..8], "us-east-1", "s3");
        var plain = new SigV4Request
        {
            Method = "PUT",
            RawPath = "/b-1/chunked",
            Headers = [new("Host", Sandbox.Url.Authority), new("X-Amz-Date", time), new("X-Amz-Content-Sha256", Kind)],
            PayloadHash = Kind,
        };
        var signed = SigV4.Sign(plain, Options.Bootstrap, "us-east-1", "s3", Clock.GetUtcNow());
        var body = new StringBuilder();
        var previous = signed.Signature;
        foreach (var chunk in new[] { first, second, "" })
        {
            var text = $"AWS4-HMAC-SHA256-PAYLOAD\n{time}\n{scope}\n{previous}\n{SigV4Request.EmptyPayloadHash}\n{SigV4.HashPayload(Encoding.ASCII.GetBytes(chunk))}";
            previous = Convert.ToHexStringLower(SigV4.Signature(Options.Bootstrap.SecretAccessKey, scope, text));
            var sent = tamper && chunk == second ? chunk.ToUpperInvariant() : chunk;
            body.Append(CultureInfo.InvariantCulture, $"{chunk.Length:x};chunk-signature={previous}\r\n{sent}\r\n");
        }

        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(Sandbox.Url, plain.RawPath)) { Content = new StringContent(body.ToString()) };
        request.Headers.TryAddWithoutValidation("X-Amz-Date", time);
        request.Headers.TryAddWithoutValidation("X-Amz-Content-Sha256", Kind);
        request.Headers.TryAddWithoutValidation("Authorization", signed.Authorization);
        using var response = await Http.SendAsync(request, Cancel);
        return response.StatusCode;
    }

    private async Task<(int Status, string Body)> Send(AwsCredentials key, string method, string path, string body = "")
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(Sandbox.Url, path));
        var bytes = Encoding.UTF8.GetBytes(body);
        if (body.Length > 0)
        {
            request.Content = new ByteArrayContent(bytes);
        }

        SigV4.SignHttp(request, bytes, key, "us-east-1", "s3", Clock.GetUtcNow());
        using var response = await Http.SendAsync(request, Cancel);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(Cancel));
    }

    private static IEnumerable<string> Between(string text, string open, string close)
    {
        for (var at = text.IndexOf(open, StringComparison.Ordinal); at >= 0; at = text.IndexOf(open, at + 1, StringComparison.Ordinal))
        {
            yield return text[(at + open.Length)..text.IndexOf(close, at, StringComparison.Ordinal)];
        }
    }
}
