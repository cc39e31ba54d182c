using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Coffer.Server.Tests.Engines;

/// <summary>What engines can be given and can answer beyond JSON, through a real server over TLS.</summary>
public sealed class EdgeTests(EdgeServer server) : IClassFixture<EdgeServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bytes_are_read_from_base64_and_cleared_when_the_request_ends()
    {
        var seen = server.Engine.Seen.Count;
        var answer = await WriteAsync("edge/bytes", """{"input":"c2VjcmV0","batch_input":[{"input":"YWJj","reference":"r1"},{"input":"a\/8=","reference":"r2"}]}""");
        Assert.Equal(6, (int)answer["data"]!["bytes"]!);
        Assert.Equal([3, 2], answer["data"]!["batch_results"]!.AsArray().Select(result => (int)result!["bytes"]!));
        var given = server.Engine.Seen.Skip(seen).ToArray();
        Assert.Equal(3, given.Length);
        Assert.All(given, bytes => Assert.True(bytes.Span.IndexOfAnyExcept((byte)0) < 0, "a request's bytes were left in memory"));
    }

    [Fact]
    public async Task A_record_that_cannot_be_read_says_so_and_the_others_are_served()
    {
        var answer = await WriteAsync("edge/bytes", """{"batch_input":[{"input":"***","reference":"bad"},{"input":"YWJj","reference":"good"}]}""");
        var results = answer["data"]!["batch_results"]!.AsArray();
        Assert.Contains("\"input\"", (string)results[0]!["error"]!, StringComparison.Ordinal);
        Assert.Equal("", (string)results[1]!["error"]!);
        Assert.Equal(3, (int)results[1]!["bytes"]!);
    }

    [Theory]
    [InlineData("""{"input":"c2VjcmV0*"}""")]
    [InlineData("""{"input":7}""")]
    [InlineData("""{"batch_input":{"input":"YWJj"}}""")]
    [InlineData("""{"batch_input":["YWJj"]}""")]
    public async Task What_is_not_base64_or_no_list_of_records_is_refused_and_not_repeated(string body)
    {
        using var http = server.Client();
        using var answer = await http.PostAsync("edge/bytes", EdgeServer.Json(body), Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.DoesNotContain("c2VjcmV0", text, StringComparison.Ordinal);
        Assert.DoesNotContain("YWJj", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_of_a_declared_type_reaches_the_handler_as_it_was_sent_and_the_reply_carries_its_declared_header()
    {
        byte[] body = [0x30, 0x82, 0, 0xff, (byte)'{', 0x80];
        using var http = server.Client();
        using var content = new ByteArrayContent(body) { Headers = { ContentType = MediaTypeHeaderValue.Parse("Application/X-Turn; v=1") } };
        using var answer = await http.PostAsync("edge/raw", content, Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(body.Reverse(), await answer.Content.ReadAsByteArrayAsync(Cancel));
        Assert.Equal("application/x-turn", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("6", Assert.Single(answer.Headers.GetValues("X-Length")));
    }

    [Fact]
    public async Task A_body_of_another_type_is_parsed_as_json()
    {
        using var http = server.Client();
        using var content = new ByteArrayContent([0x30, 0x82]) { Headers = { ContentType = MediaTypeHeaderValue.Parse("application/octet-stream") } };
        using var answer = await http.PostAsync("edge/raw", content, Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Raw_bodies_are_in_the_audit_log_by_their_hmac_alone()
    {
        using var http = server.Client();
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes("canary-7351")) { Headers = { ContentType = MediaTypeHeaderValue.Parse("application/x-turn") } };
        using var answer = await http.PostAsync("edge/raw", content, Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var lines = await File.ReadAllLinesAsync(server.AuditFile, Cancel);
        var entries = lines.Select(line => JsonNode.Parse(line)!).Where(entry => (string?)entry["request"]?["path"] == "edge/raw").TakeLast(2).ToArray();
        Assert.StartsWith("hmac-sha256:", (string)entries[1]["request"]!["data"]!["http_raw_body"]!, StringComparison.Ordinal);
        Assert.StartsWith("hmac-sha256:", (string)entries[1]["response"]!["data"]!["http_raw_body"]!, StringComparison.Ordinal);
        Assert.All(lines, line => Assert.DoesNotContain("canary-7351", line, StringComparison.Ordinal));
        Assert.All(lines, line => Assert.DoesNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes("canary-7351")), line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_header_that_nearly_every_request_has_is_recorded_where_it_is_audited()
    {
        using var http = server.Client();
        using var set = await http.PostAsync("sys/config/auditing/request-headers/User-Agent", EdgeServer.Json("""{"hmac":false}"""), Cancel);
        Assert.Equal(HttpStatusCode.NoContent, set.StatusCode);
        http.DefaultRequestHeaders.Add("User-Agent", "probe/1.0");
        using var answer = await http.GetAsync("edge/refused", Cancel);

        var lines = await File.ReadAllLinesAsync(server.AuditFile, Cancel);
        var last = lines.Select(line => JsonNode.Parse(line)!).Last(entry => (string?)entry["request"]?["path"] == "edge/refused");
        Assert.Equal("""{"user-agent":["probe/1.0"]}""", last["request"]!["headers"]!.ToJsonString());
    }

    [Fact]
    public async Task A_redirect_and_a_refusal_carry_the_headers_that_their_rows_declare_and_no_others()
    {
        using var http = server.Client();
        using var away = await http.GetAsync("edge/away", Cancel);
        Assert.Equal(HttpStatusCode.Found, away.StatusCode);
        Assert.Equal("https://elsewhere.example/", away.Headers.Location!.ToString());

        using var refused = await http.GetAsync("edge/refused", Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal("n-1", Assert.Single(refused.Headers.GetValues("Replay-Nonce")));
        Assert.False(refused.Headers.Contains("X-Other"));
    }

    [Fact]
    public async Task A_handler_sees_the_certificate_that_the_client_shows_and_what_comes_with_it()
    {
        using var authority = TestCertificates.Authority("clients");
        using var client = TestCertificates.Leaf("build-agent", authority);
        using var http = server.Client(client, authority);
        var subjects = JsonNode.Parse(await http.GetStringAsync("edge/certificate", Cancel))!["data"]!["subjects"]!.AsArray();
        Assert.Equal("CN=build-agent", (string)subjects[0]!);

        // The same connection keeps it; another one shows none.
        Assert.Contains("build-agent", await http.GetStringAsync("edge/certificate", Cancel), StringComparison.Ordinal);
        using var other = server.Client();
        Assert.Empty(JsonNode.Parse(await other.GetStringAsync("edge/certificate", Cancel))!["data"]!["subjects"]!.AsArray());
    }

    [Fact]
    public async Task A_mount_reaches_a_server_of_an_authority_that_it_trusts_and_no_other()
    {
        var url = new Uri(server.Url, "sys/seal-status");
        var trusted = await WriteAsync("edge/ask", new JsonObject { ["url"] = url.ToString(), ["ca"] = server.Authority.ExportCertificatePem() }.ToJsonString());
        Assert.Contains("\"sealed\":false", (string)trusted["data"]!["answer"]!, StringComparison.Ordinal);

        using var stranger = TestCertificates.Authority("another");
        foreach (var ca in (string[])["", stranger.ExportCertificatePem()])
        {
            using var http = server.Client();
            using var refused = await http.PostAsync("edge/ask", EdgeServer.Json(new JsonObject { ["url"] = url.ToString(), ["ca"] = ca }.ToJsonString()), Cancel);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
            Assert.Contains("SecureConnectionError", await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("http://169.254.169.254/latest/meta-data/iam")]
    [InlineData("http://[fe80::1]/")]
    [InlineData("http://2852039166/")]
    public async Task A_mount_does_not_reach_the_machines_own_credentials(string url)
    {
        using var http = server.Client();
        using var refused = await http.PostAsync("edge/ask", EdgeServer.Json($$"""{"url":"{{url}}"}"""), Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("link-local or metadata", await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ca_that_is_no_certificate_is_named_as_such()
    {
        using var http = server.Client();
        using var refused = await http.PostAsync("edge/ask", EdgeServer.Json("""{"url":"https://127.0.0.1:1/","ca":"nonsense"}"""), Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("the CA certificate is not in PEM", await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    private async Task<JsonNode> WriteAsync(string path, string body)
    {
        using var http = server.Client();
        using var answer = await http.PostAsync(path, EdgeServer.Json(body), Cancel);
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }
}
