using Coffer.Server.Configuration;
using Microsoft.AspNetCore.Http;

namespace Coffer.Server.Tests.Http;

public sealed class HeaderTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task An_allowed_origin_is_named_in_the_answer_and_a_similar_one_is_not_let_in()
    {
        await server.SendAsync("POST", "/v1/sys/config/cors", """{"allowed_origins":"https://app.example","allowed_headers":"X-Mine"}""");
        try
        {
            var allowed = await server.SendAsync("GET", "/v1/secret/kept", headers: "Origin: https://app.example\r\n");
            Assert.Equal(200, allowed.Status);
            Assert.Contains("Access-Control-Allow-Origin: https://app.example\r\n", allowed.Head, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("Vary: Origin\r\n", allowed.Head, StringComparison.OrdinalIgnoreCase);

            var preflight = await server.SendAsync("OPTIONS", "/v1/secret/kept", headers: "Origin: https://app.example\r\nAccess-Control-Request-Method: LIST\r\n");
            Assert.Contains("Access-Control-Allow-Headers: Content-Type, ", preflight.Head, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("X-Mine", preflight.Head, StringComparison.Ordinal);

            foreach (var origin in (string[])["http://app.example", "https://app.example.evil", "https://app.example:8443", "null", "https://APP.example"])
            {
                var refused = await server.SendAsync("GET", "/v1/secret/kept", headers: $"Origin: {origin}\r\n");
                Assert.Equal(403, refused.Status);
                Assert.DoesNotContain("Access-Control", refused.Head, StringComparison.OrdinalIgnoreCase);
            }

            // The page that this server serves itself: its own origin, by the Host that the browser asked for.
            Assert.Equal(200, (await server.SendAsync("GET", "/v1/secret/kept", headers: "Origin: http://x\r\n")).Status);
        }
        finally
        {
            await server.SendAsync("DELETE", "/v1/sys/config/cors");
        }
    }

    [Theory]
    [InlineData("""{}""", "at least one origin")]
    [InlineData("""{"allowed_origins":"*,https://a.example"}""", "must be the only value")]
    [InlineData("""{"allowed_origins":["https://a.example\r\nX-Bad: 1"]}""", "visible ASCII")]
    [InlineData("""{"allowed_origins":"https://a.example","allowed_headers":["X Bad"]}""", "visible ASCII")]
    public async Task Cors_settings_that_make_no_sense_are_refused_and_change_nothing(string body, string expected)
    {
        var reply = await server.SendAsync("POST", "/v1/sys/config/cors", body);

        Assert.Equal(400, reply.Status);
        Assert.Contains(expected, reply.Body, StringComparison.Ordinal);
        Assert.Contains("\"enabled\":false", (await server.SendAsync("GET", "/v1/sys/config/cors")).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("X-Split", """{"values":["a\r\nb"]}""")]
    [InlineData("X%20Space", """{"values":["a"]}""")]
    public async Task A_header_of_the_web_interface_stays_one_header(string name, string body)
    {
        Assert.Equal(400, (await server.SendAsync("PUT", "/v1/sys/config/ui/headers/" + name, body)).Status);
        Assert.Equal(404, (await server.SendAsync("LIST", "/v1/sys/config/ui/headers")).Status);
    }

    [Fact]
    public async Task Metrics_need_a_token_but_where_the_listener_opens_them_and_nothing_else_opens_with_them()
    {
        Assert.Equal(403, (await AskAsync(server.Address, "GET", "sys/metrics?format=prometheus")).Status);

        var open = await AskAsync(server.OpenAddress, "GET", "sys/metrics?format=prometheus");
        Assert.Equal(200, open.Status);
        Assert.Contains("vault_core_unsealed 1\n", open.Body, StringComparison.Ordinal);
        Assert.Contains("Content-Type: text/plain; version=0.0.4", open.Head, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(403, (await AskAsync(server.OpenAddress, "GET", "sys/host-info")).Status);
        Assert.Equal(403, (await AskAsync(server.OpenAddress, "GET", "secret/kept")).Status);
        Assert.NotEqual(200, (await AskAsync(server.OpenAddress, "POST", "sys/metrics")).Status);

        static Task<RawReply> AskAsync(System.Net.IPEndPoint address, string method, string path) =>
            RawHttp.SendAsync(address, System.Text.Encoding.ASCII.GetBytes($"{method} /v1/{path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"));
    }

    [Fact]
    public void Of_one_header_the_narrowest_rule_wins()
    {
        var table = new ResponseHeaderTable(new Dictionary<string, IReadOnlyDictionary<string, string>>
        {
            ["default"] = new Dictionary<string, string> { ["X-A"] = "default", ["X-B"] = "default" },
            ["4xx"] = new Dictionary<string, string> { ["X-A"] = "class" },
            ["404"] = new Dictionary<string, string> { ["x-a"] = "status", ["Strict-Transport-Security"] = "max-age=1" },
        });

        Assert.Equal(("default", "default", "max-age=31536000; includeSubDomains"), Of(200));
        Assert.Equal(("class", "default", "max-age=31536000; includeSubDomains"), Of(400));
        Assert.Equal(("status", "default", "max-age=1"), Of(404));

        (string A, string B, string Transport) Of(int status)
        {
            var headers = new HeaderDictionary();
            table.Apply(status, headers);
            return (headers["X-A"].ToString(), headers["X-B"].ToString(), headers["Strict-Transport-Security"].ToString());
        }
    }
}
