using System.Net;
using System.Text;
using System.Text.Json;
using Coffer.Server.Http.Bodies;

namespace Coffer.Server.Tests.Http;

/// <summary>Whatever comes over the wire: a clear 4xx, nothing changed, and the server goes on as before.</summary>
public sealed class EdgeCaseTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    /// <summary>Bodies that are no request: each refused with 400 at every one of the paths below.</summary>
    private static readonly string[] BadBodies =
    [
        "{", "}", "[", "[]", "[1,2]", "1", "\"text\"", "true", "nul", "{]", "{\"a\":}", "{\"a\" 1}", "{a:1}", "{'a':1}", "{\"a\":1,}", "{\"a\":1}{}", "{\"a\":1} x",
        "{\"a\":01}", "{\"a\":+1}", "{\"a\":.5}", "{\"a\":NaN}", "{\"a\":\"\\x\"}", "{\"a\":\"\\u12\"}", "{\"a\":\"\n\"}", "{\"a\":\"\u0001\"}", "{\"a\":1 /* c */}",
        "\u00a0{}", "\u0000", "{}\u0000", "{\"a\":\"\u0000\"}", "<xml/>", "a=b",
        "{\"a\":\"\\ud83d\"}", "{\"a\":\"\\udd11\"}", "{\"a\":\"\\ud83dx\"}", "{\"\\ud83d\":1}", "{\"a\":[{\"b\":\"\\uD83D\"}]}", "{\"type\":\"\\ud83d\"}",
    ];

    private static readonly string[] WritablePaths =
    [
        "secret/edge", "sys/mounts/edge", "sys/policies/acl/edge", "auth/token/create", "auth/token/lookup", "auth/token/revoke", "sys/leases/lookup",
        "sys/leases/revoke", "sys/leases/renew", "sys/capabilities-self", "sys/wrapping/unwrap", "sys/wrapping/lookup", "sys/unseal", "sys/init", "sys/remount",
        "cubbyhole/edge",
    ];

    [Fact]
    public async Task A_body_that_is_no_object_is_refused_everywhere()
    {
        await UnchangedAsync(async () =>
        {
            foreach (var body in BadBodies)
            {
                foreach (var path in WritablePaths)
                {
                    var reply = await server.SendAsync("POST", "/v1/" + path, body);
                    Assert.True(reply.Status == 400, $"{path} {body}: {reply}");
                    AssertErrors(reply);
                }
            }
        });
    }

    [Fact]
    public async Task A_body_that_is_not_utf8_is_refused_everywhere()
    {
        await UnchangedAsync(async () =>
        {
            foreach (var bytes in (byte[][])[[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xe2, 0x82]])
            {
                foreach (var path in WritablePaths)
                {
                    byte[] value = [.. "{\"a\":\""u8, .. bytes, .. "\"}"u8];
                    byte[] name = [.. "{\""u8, .. bytes, .. "\":1}"u8];
                    foreach (var body in (byte[][])[value, name, bytes])
                    {
                        var reply = await server.SendBytesAsync("POST", "/v1/" + path, body);
                        Assert.True(reply.Status == 400, $"{path}: {reply}");
                        AssertErrors(reply);
                    }

                    Assert.Equal(400, (await server.SendBytesAsync("POST", "/v1/" + path, [.. "a="u8, .. bytes], "Content-Type: application/x-www-form-urlencoded\r\n")).Status);
                }
            }
        });
    }

    [Theory]
    [InlineData("sys/mounts/edge", """{"type":{}}""")]
    [InlineData("sys/mounts/edge", """{"type":["kv"],"config":7}""")]
    [InlineData("sys/mounts/edge", """{"type":"kv","config":{"default_lease_ttl":"soon"}}""")]
    [InlineData("sys/mounts/edge", """{"type":"kv","options":5}""")]
    [InlineData("sys/mounts/edge", """{"type":"kv","options":{"version":"9"}}""")]
    [InlineData("sys/mounts/edge", """{"type":"no-such-engine"}""")]
    [InlineData("sys/mounts/sys", """{"type":"kv"}""")]
    [InlineData("sys/mounts/secret/below", """{"type":"kv"}""")]
    [InlineData("sys/policies/acl/edge", """{"policy":{}}""")]
    [InlineData("sys/policies/acl/edge", """{"policy":"path \"x\" {"}""")]
    [InlineData("auth/token/create", """{"ttl":"yesterday"}""")]
    [InlineData("auth/token/create", """{"ttl":"-1h"}""")]
    [InlineData("auth/token/create", """{"ttl":{"a":1}}""")]
    [InlineData("auth/token/create", """{"num_uses":"many"}""")]
    [InlineData("auth/token/create", """{"num_uses":-1}""")]
    [InlineData("auth/token/create", """{"num_uses":1e99}""")]
    [InlineData("auth/token/create", """{"meta":{"a":{"b":1}}}""")]
    [InlineData("auth/token/create", """{"meta":"text"}""")]
    [InlineData("auth/token/create", """{"policies":{"a":1}}""")]
    [InlineData("auth/token/create", """{"id":"hvs.mine"}""")]
    [InlineData("auth/token/create", """{"id":"a\u0000b"}""")]
    [InlineData("auth/token/create", """{"type":"root"}""")]
    [InlineData("sys/leases/lookup", """{"lease_id":"a\u0000b"}""")]
    [InlineData("sys/leases/lookup", """{"lease_id":["x"]}""")]
    [InlineData("sys/leases/renew", """{"lease_id":"\u0000"}""")]
    [InlineData("sys/leases/renew", """{"lease_id":"x","increment":"x"}""")]
    [InlineData("sys/remount", """{"from":"secret","to":"../x"}""")]
    [InlineData("sys/remount", """{"from":"secret","to":"a\u0000b"}""")]
    [InlineData("sys/remount", """{"from":"secret","to":"sys/x"}""")]
    [InlineData("sys/unseal", """{"key":{"a":1}}""")]
    [InlineData("sys/capabilities-self", """{"paths":{"a":1}}""")]
    public async Task A_wrong_value_is_refused_and_changes_nothing(string path, string body)
    {
        await UnchangedAsync(async () =>
        {
            var reply = await server.SendAsync("POST", "/v1/" + path, body);
            Assert.True(reply.Status == 400, reply.ToString());
            AssertErrors(reply);
        });
    }

    [Theory]
    [InlineData("sys/leases/lookup")]
    [InlineData("sys/leases/renew")]
    [InlineData("sys/leases/revoke")]
    [InlineData("auth/token/lookup")]
    [InlineData("auth/token/lookup-accessor")]
    [InlineData("auth/token/revoke-accessor")]
    [InlineData("sys/capabilities")]
    [InlineData("sys/capabilities-accessor")]
    [InlineData("sys/wrapping/lookup")]
    [InlineData("sys/wrapping/unwrap")]
    public async Task A_handle_of_any_shape_finds_nothing_and_breaks_nothing(string path)
    {
        string[] handles =
        [
            "x", "\\u0000", "a\\u0000b", "../../core/mounts", "/", "//", "%00", new string('x', 1000), new string('x', 5000), new string('\u20ac', 3000), "\\ud83d\\udd11",
            "\\u2028", "hvs.", "hvb.", "hvb." + new string('A', 100),
        ];
        await UnchangedAsync(async () =>
        {
            foreach (var handle in handles)
            {
                var body = $$"""{"lease_id":"{{handle}}","token":"{{handle}}","accessor":"{{handle}}","paths":["x"]}""";
                var reply = await server.SendAsync("POST", "/v1/" + path, body);
                Assert.True(reply.Status is 200 or 204 or (>= 400 and < 500), $"{path} {handle}: {reply}");
            }
        });
    }

    [Theory]
    [InlineData("/v1/secret/../sys/mounts")]
    [InlineData("/v1/secret/%2e%2e/sys/mounts")]
    [InlineData("/v1/secret/%2E%2E%2Fsys/mounts")]
    [InlineData("/v1/secret/..%2fsys/mounts")]
    [InlineData("/v1/secret/./kept")]
    [InlineData("/v1//secret/kept")]
    [InlineData("/v1/secret//kept")]
    [InlineData("/v1/secret/%2fkept")]
    [InlineData("/v1/secret/ke%00pt")]
    [InlineData("/v1/secret/ke%0apt")]
    [InlineData("/v1/secret/ke%7fpt")]
    [InlineData("/v1/secret/ke%ffpt")]
    [InlineData("/v1/secret/%c0%ae%c0%ae/kept")]
    [InlineData("/v1/secret/ke%5cpt")]
    [InlineData("/v1/secret/ke\\pt")]
    [InlineData("/v1/secret/ke%pt")]
    [InlineData("/v1/secret/ke%2")]
    [InlineData("/v1/secret/kept?list=maybe")]
    [InlineData("/v1/secret/kept?a=%zz")]
    [InlineData("/v1/secret/kept?a=%00")]
    public async Task CVE_2026_3605_a_path_that_is_not_canonical_is_refused(string target)
    {
        await UnchangedAsync(async () =>
        {
            foreach (var method in (string[])["GET", "POST", "DELETE", "LIST"])
            {
                var reply = await server.SendAsync(method, target, method == "POST" ? "{}" : null);
                Assert.True(reply.Status == 400 || (method == "POST" && target.Contains('?', StringComparison.Ordinal)), $"{method}: {reply}");
                Assert.DoesNotContain("kept\"", reply.Body, StringComparison.Ordinal);
            }
        }, cleanup: () => server.SendAsync("POST", "/v1/secret/kept", """{"value":"kept"}"""));
    }

    [Theory]
    [InlineData("GET /v1/secret/k\u0001pt HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("GET /v1/secret/k\u00ffpt HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("GET /v1/secret/k\0pt HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("GET\r\n\r\n")]
    [InlineData("GET /v1/sys/health\r\n\r\n")]
    [InlineData("GET /v1/sys/health HTTP/9.9\r\nHost: x\r\n\r\n")]
    [InlineData("GET /v1/sys/health HTTP/1.1\r\n\r\n")]
    [InlineData("GET /v1/sys/health HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n")]
    [InlineData("G\u0001T /v1/sys/health HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("POST /v1/secret/a HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n")]
    [InlineData("POST /v1/secret/a HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("POST /v1/secret/a HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n")]
    [InlineData("POST /v1/secret/a HTTP/1.1\r\nHost: x\r\nX-Vault-Token: root\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")]
    [InlineData("\0\0\0\0\r\n\r\n")]
    public async Task What_is_no_http_is_refused(string request)
    {
        await UnchangedAsync(async () =>
        {
            var reply = await RawHttp.SendAsync(server.Address, Encoding.Latin1.GetBytes(request));
            Assert.InRange(reply.Status, 400, 505);
            Assert.NotEqual(500, reply.Status);
        });
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/v2/secret/kept")]
    [InlineData("/v1")]
    [InlineData("/V1/secret/kept")]
    [InlineData("/v1/nothing/here")]
    [InlineData("/v1/sys/nothing")]
    [InlineData("/v1/auth/nothing/login")]
    [InlineData("/ui/../v1/secret/kept")]
    [InlineData("*")]
    public async Task An_unknown_path_is_a_clear_refusal(string target)
    {
        var reply = await server.SendAsync("GET", target);
        Assert.InRange(reply.Status, 400, 405);
    }

    [Theory]
    [InlineData("BREW", "/v1/secret/kept", 405)]
    [InlineData("OPTIONS", "/v1/secret/kept", 405)]
    [InlineData("TRACE", "/v1/secret/kept", 405)]
    [InlineData("get", "/v1/secret/kept", 405)]
    [InlineData("HEAD", "/v1/secret/kept", 405)]
    [InlineData("HEAD", "/v1/sys/health", 200)]
    [InlineData("DELETE", "/v1/sys/health", 405)]
    [InlineData("DELETE", "/v1/sys/init", 405)]
    [InlineData("GET", "/v1/sys/unseal", 405)]
    [InlineData("GET", "/v1/auth/token/create", 405)]
    [InlineData("DELETE", "/v1/auth/token/create", 405)]
    [InlineData("POST", "/v1/secret/kept/", 400)]
    public async Task A_wrong_verb_is_a_clear_refusal(string method, string target, int status)
    {
        await UnchangedAsync(async () => Assert.Equal(status, (await server.SendAsync(method, target)).Status));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Content-Type: application/json\r\n")]
    [InlineData("Content-Type: application/json-patch+json\r\n")]
    [InlineData("Content-Type: application/merge-patch\r\n")]
    public async Task A_patch_must_say_that_it_is_a_merge_patch(string headers)
    {
        await UnchangedAsync(async () => Assert.Equal(415, (await server.SendAsync("PATCH", "/v1/secret/kept", "{}", headers)).Status));
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("-5m")]
    [InlineData("1ns")]
    [InlineData("0.00000001s")]
    [InlineData("soon")]
    [InlineData("1e3")]
    [InlineData("99999999999999999999h")]
    [InlineData("1,2")]
    [InlineData("NaN")]
    [InlineData("\u00ff")]
    public async Task A_wrap_ttl_that_is_none_is_refused_before_anything_runs(string ttl)
    {
        await UnchangedAsync(async () =>
        {
            var reply = await server.SendAsync("POST", "/v1/auth/token/create", "{}", $"X-Vault-Wrap-TTL: {ttl}\r\n");
            Assert.True(reply.Status == 400, reply.ToString());
        });
    }

    [Theory]
    [InlineData("99999999999999999999h")]
    [InlineData("2562048h")]
    [InlineData("9223372037")]
    [InlineData("2562047h2562047h")]
    public async Task A_wrap_ttl_that_is_too_long_is_refused_with_the_longest(string ttl)
    {
        var reply = await server.SendAsync("POST", "/v1/auth/token/create", "{}", $"X-Vault-Wrap-TTL: {ttl}\r\n");

        Assert.Equal(400, reply.Status);
        Assert.Contains("it is too long; the longest is 2562047h", reply.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Long_paths_headers_and_tokens_are_refused()
    {
        await UnchangedAsync(async () =>
        {
            foreach (var length in (int[])[1100, 5000, 15_000])
            {
                Assert.Equal(400, (await server.SendAsync("GET", "/v1/secret/" + new string('a', length))).Status);
                Assert.Equal(400, (await server.SendAsync("GET", "/v1/" + string.Concat(Enumerable.Repeat("a/", length / 2)))).Status);
            }

            Assert.Equal(414, (await server.SendAsync("GET", "/v1/secret/" + new string('a', 20_000))).Status);
            Assert.Equal(431, (await server.SendAsync("GET", "/v1/secret/kept", null, $"X-Long: {new string('a', 70_000)}\r\n")).Status);
            Assert.Equal(431, (await server.SendAsync("GET", "/v1/secret/kept", null, string.Concat(Enumerable.Range(0, 200).Select(i => $"X-H{i}: a\r\n")))).Status);
            foreach (var token in (string[])[new string('a', 8192), new string('a', 8193), new string('a', 30_000), "hvs." + new string('a', 8000), "a\u00ffb", "root,root"])
            {
                var request = $"GET /v1/secret/kept HTTP/1.1\r\nHost: x\r\nX-Vault-Token: {token}\r\n\r\n";
                Assert.InRange((await RawHttp.SendAsync(server.Address, Encoding.Latin1.GetBytes(request))).Status, 400, 403);
            }

            Assert.Equal(403, (await RawHttp.SendAsync(
                server.Address, "GET /v1/secret/kept HTTP/1.1\r\nHost: x\r\nX-Vault-Token: root\r\nX-Vault-Token: root\r\n\r\n"u8.ToArray())).Status);
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CVE_2023_6337_a_body_that_is_too_large_is_refused_in_words_the_client_can_read(bool declared)
    {
        await UnchangedAsync(async () =>
        {
            var content = new ByteArrayContent(Encoding.UTF8.GetBytes($$"""{"value":"{{new string('x', 4 * ServerFixture.BodyMax)}}"}"""));
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/secret/large") { Content = content };
            request.Headers.Add("X-Vault-Token", ServerFixture.Root);
            request.Headers.TransferEncodingChunked = !declared;

            using var reply = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);

            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, reply.StatusCode);
            Assert.Contains("max_request_size", await reply.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task CVE_2025_12044_size_is_judged_before_the_token_and_before_anything_is_read()
    {
        var request = $"POST /v1/secret/a HTTP/1.1\r\nHost: x\r\nContent-Length: {ServerFixture.BodyMax + 1}\r\n\r\n";
        Assert.Equal(413, (await RawHttp.SendAsync(server.Address, Encoding.ASCII.GetBytes(request))).Status);
    }

    [Fact]
    public async Task The_largest_body_is_taken()
    {
        var frame = """{"value":""}""".Length;
        var body = $$"""{"value":"{{new string('x', ServerFixture.BodyMax - frame)}}"}""";
        Assert.Equal(ServerFixture.BodyMax, body.Length);
        Assert.Equal(204, (await server.SendAsync("POST", "/v1/secret/largest", body)).Status);
        Assert.Equal(204, (await server.SendAsync("DELETE", "/v1/secret/largest")).Status);
    }

    [Fact]
    public async Task A_body_that_is_shorter_than_it_says_changes_nothing()
    {
        await UnchangedAsync(async () =>
        {
            using (var http = await RawHttp.ConnectAsync(server.Address))
            {
                await http.WriteAsync("POST /v1/secret/kept HTTP/1.1\r\nHost: x\r\nX-Vault-Token: root\r\nContent-Length: 100\r\n\r\n{\"value\":\"changed\"}"u8.ToArray());
                http.EndSending();
                Assert.Contains((await http.ReadAsync()).Status, (int[])[0, 400]);
            }

            using (var http = await RawHttp.ConnectAsync(server.Address))
            {
                await http.WriteAsync("POST /v1/secret/kept HTTP/1.1\r\nHost: x\r\nX-Vault-Token: root\r\nContent-Length: 100\r\n\r\n{\"value\":"u8.ToArray());
            }
        });
    }

    [Fact]
    public async Task A_body_that_is_longer_than_it_says_is_cut_there()
    {
        await UnchangedAsync(async () =>
        {
            using var http = await RawHttp.ConnectAsync(server.Address);
            await http.WriteAsync("POST /v1/secret/kept HTTP/1.1\r\nHost: x\r\nX-Vault-Token: root\r\nContent-Length: 5\r\n\r\n{\"value\":\"changed\"}"u8.ToArray());
            Assert.Equal(400, (await http.ReadAsync()).Status);
        });
    }

    [Fact]
    public async Task A_slow_body_is_given_up()
    {
        await UnchangedAsync(async () =>
        {
            using var http = await RawHttp.ConnectAsync(server.Address);
            await http.WriteAsync("POST /v1/secret/kept HTTP/1.1\r\nHost: x\r\nX-Vault-Token: root\r\nContent-Length: 100\r\n\r\n{"u8.ToArray());
            Assert.Equal(408, (await http.ReadAsync()).Status);
        });
    }

    [Theory]
    [InlineData("[", "]", false)]
    [InlineData("{\"a\":", "}", false)]
    [InlineData("[", "]", true)]
    public async Task CVE_2025_6203_deep_json_is_refused_with_and_without_a_token(string open, string close, bool anonymous)
    {
        await UnchangedAsync(async () =>
        {
            foreach (var depth in (int[])[64, 65, 1000, 100_000])
            {
                var body = "{\"a\":" + string.Concat(Enumerable.Repeat(open, depth)) + "1" + string.Concat(Enumerable.Repeat(close, depth)) + "}";
                if (body.Length > ServerFixture.BodyMax)
                {
                    body = body[..ServerFixture.BodyMax];
                }

                var request = $"POST /v1/secret/deep HTTP/1.1\r\nHost: x\r\n{(anonymous ? "" : "X-Vault-Token: root\r\n")}Content-Length: {body.Length}\r\n\r\n{body}";
                var reply = await RawHttp.SendAsync(server.Address, Encoding.ASCII.GetBytes(request));

                // A large body without a token is not taken in, so nobody learns how deep it is.
                var isUninvited = anonymous && body.Length > BodyLimits.UnaskedBytes;
                Assert.True(reply.Status == (isUninvited ? 403 : 400), $"{depth}: {reply}");
                AssertErrors(reply);
            }
        });
    }

    [Theory]
    [InlineData("[", "0,", "0]")]
    [InlineData("[", "[],", "0]")]
    [InlineData("{", "\"a\":0,", "\"a\":0}")]
    public async Task CVE_2025_6203_json_of_too_many_values_is_refused(string open, string item, string close)
    {
        await UnchangedAsync(async () =>
        {
            var body = "{\"a\":" + open + string.Concat(Enumerable.Repeat(item, 120_000)) + close + "}";
            var reply = await server.SendAsync("POST", "/v1/secret/many", body);
            Assert.True(reply.Status == 400, $"{reply.Status} {reply.Body}");
            Assert.Contains("values", reply.Body, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("{}", 400)]
    [InlineData("", 400)]
    [InlineData("  \r\n\t ", 400)]
    [InlineData("null", 400)]
    public async Task No_body_and_an_empty_one_are_the_same(string body, int status)
    {
        Assert.Equal(status, (await server.SendAsync("POST", "/v1/sys/leases/lookup", body)).Status);
    }

    [Theory]
    [InlineData("activecode=204", 204)]
    [InlineData("activecode=205", 205)]
    [InlineData("activecode=304", 304)]
    [InlineData("activecode=299", 299)]
    [InlineData("activecode=599", 599)]
    [InlineData("activecode=999", 999)]
    [InlineData("activecode=1000", 400)]
    [InlineData("activecode=199", 400)]
    [InlineData("activecode=100", 400)]
    [InlineData("activecode=101", 400)]
    [InlineData("activecode=-1", 400)]
    [InlineData("activecode=abc", 400)]
    [InlineData("activecode=200&activecode=200", 400)]
    [InlineData("standbyok=perhaps", 400)]
    public async Task Health_answers_with_the_status_it_is_asked_for_or_says_that_it_is_none(string query, int status)
    {
        var failures = server.Failures.Count;
        using var http = await RawHttp.ConnectAsync(server.Address);
        await http.WriteAsync(Encoding.ASCII.GetBytes($"GET /v1/sys/health?{query} HTTP/1.1\r\nHost: x\r\n\r\n"));
        Assert.Equal(status, (await http.ReadAsync()).Status);

        // The connection is still in step: the next answer is the next request's.
        await http.WriteAsync("GET /v1/sys/seal-status HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
        var next = await http.ReadAsync();
        Assert.Equal(200, next.Status);
        Assert.Contains("\"sealed\":false", next.Body, StringComparison.Ordinal);
        Assert.Empty(server.Failures.Skip(failures));
    }

    [Fact]
    public async Task CVE_2025_4166_no_refusal_repeats_what_was_sent()
    {
        const string Marker = "marker-51c3";
        foreach (var body in (string[])
            ["{\"value\":\"" + Marker + "\"", "{\"value\":\"" + Marker + "\",}", Marker, "\"" + Marker + "\"", "{\"ttl\":\"" + Marker + "\"}", "{\"ttl\":[\"" + Marker + "\"]}", "{\"value\":\"" + Marker + "\\ud83d\"}"])
        {
            foreach (var path in WritablePaths.Where(path => path is not ("secret/edge" or "cubbyhole/edge")))
            {
                Assert.DoesNotContain(Marker, (await server.SendAsync("POST", "/v1/" + path, body)).Body, StringComparison.Ordinal);
            }
        }

        Assert.DoesNotContain(server.Failures, failure => failure.Contains(Marker, StringComparison.Ordinal));
    }

    [Fact]
    public async Task CVE_2026_4525_a_bearer_token_is_a_token_and_nothing_else()
    {
        var bearer = await RawHttp.SendAsync(server.Address, "GET /v1/secret/kept HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer root\r\n\r\n"u8.ToArray());
        Assert.Equal(200, bearer.Status);
        foreach (var authorization in (string[])["Basic root", "root", "Bearer", "Bearer ", "Digest Bearer root"])
        {
            var request = $"GET /v1/secret/kept HTTP/1.1\r\nHost: x\r\nAuthorization: {authorization}\r\n\r\n";
            Assert.Equal(403, (await RawHttp.SendAsync(server.Address, Encoding.ASCII.GetBytes(request))).Status);
        }
    }

    [Fact]
    public async Task CVE_2026_40264_a_namespace_that_is_not_there_is_refused_and_not_passed_over()
    {
        await UnchangedAsync(async () =>
        {
            foreach (var name in (string[])["team", "team/a", "..", "ROOT"])
            {
                Assert.Equal(400, (await server.SendAsync("POST", "/v1/secret/kept", """{"value":"x"}""", $"X-Vault-Namespace: {name}\r\n")).Status);
            }
        });
    }

    private static void AssertErrors(RawReply reply)
    {
        using var document = JsonDocument.Parse(reply.Body);
        Assert.Contains("application/json", reply.Head, StringComparison.Ordinal);
        Assert.All(document.RootElement.GetProperty("errors").EnumerateArray(), error => Assert.NotEqual("", error.GetString()));
        Assert.NotEqual(0, document.RootElement.GetProperty("errors").GetArrayLength());
    }

    private Task UnchangedAsync(Func<Task> act, Func<Task>? cleanup = null) => server.UnchangedAsync(act, cleanup);
}
