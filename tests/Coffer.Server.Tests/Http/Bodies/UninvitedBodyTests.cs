using System.Text;
using Coffer.Server.Http.Bodies;

namespace Coffer.Server.Tests.Http.Bodies;

public sealed class UninvitedBodyTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Theory]
    [InlineData("secret/a", "", "permission denied")]
    [InlineData("secret/a", "X-Vault-Token: hvs.wrong\r\n", "permission denied")]
    [InlineData("nowhere/a", "", "permission denied")]
    [InlineData("sys/policies/acl/a", "", "permission denied")]
    public async Task A_large_body_without_a_good_token_is_refused_before_any_of_it_has_come(string path, string headers, string reason)
    {
        var reply = await AnnounceAsync(path, headers, BodyLimits.UnaskedBytes + 1);

        Assert.Equal(403, reply.Status);
        Assert.Contains(reason, reply.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sys/init")]
    [InlineData("sys/unseal")]
    [InlineData("sys/wrapping/lookup")]
    [InlineData("sys/wrapping/unwrap")]
    public async Task A_path_that_needs_no_token_says_how_much_it_takes_from_strangers(string path)
    {
        using var http = await RawHttp.ConnectAsync(server.Address);
        await http.WriteAsync(Encoding.ASCII.GetBytes($"POST /v1/{path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{BodyLimits.StrangerBytesMax + 1:X}\r\n"));
        await http.WriteAsync(new byte[BodyLimits.StrangerBytesMax + 1]);
        var reply = await http.ReadAsync();

        Assert.Equal(413, reply.Status);
        Assert.Contains($"larger than {BodyLimits.StrangerBytesMax} bytes", reply.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sys/init", "", 413)]
    [InlineData("sys/unseal", "", 413)]
    [InlineData("sys/wrapping/lookup", "", 413)]
    [InlineData("sys/wrapping/unwrap", "", 413)]
    [InlineData("sys/wrapping/unwrap", "hvs.wrong", 413)]
    [InlineData("secret/many", "", 403)]
    [InlineData("secret/many", "hvs.wrong", 403)]
    [InlineData("secret/many", "root", 204)]
    public async Task A_body_of_more_than_2000_values_is_parsed_only_for_a_token_holder(string path, string token, int status)
    {
        string[] shapes =
        [
            "{\"a\":[" + string.Join(',', Enumerable.Repeat("0", 1999)) + "]}",
            "{" + string.Join(',', Enumerable.Range(0, 2000).Select(n => $"\"{n}\":0")) + "}",
            "{\"a\":[" + string.Join(',', Enumerable.Repeat("{}", 1999)) + "]}",
        ];
        foreach (var body in shapes)
        {
            var reply = await RawHttp.SendAsync(server.Address, Encoding.ASCII.GetBytes(
                $"POST /v1/{path} HTTP/1.1\r\nHost: x\r\nX-Vault-Token: {token}\r\nContent-Length: {body.Length}\r\n\r\n{body}"));

            Assert.True(reply.Status == status, $"{reply.Status} {reply.Body}");
            Assert.True(status != 413 || reply.Body.Contains("more than 2000 values", StringComparison.Ordinal), reply.Body);
        }
    }

    [Fact]
    public async Task A_body_of_2000_values_is_answered_like_a_small_one()
    {
        List<RawReply> replies = [];
        foreach (var body in new[] { "{\"token\":\"x\"}", "{\"token\":\"x\",\"a\":[" + string.Join(',', Enumerable.Repeat("0", 1997)) + "]}" })
        {
            replies.Add(await RawHttp.SendAsync(server.Address, Encoding.ASCII.GetBytes(
                $"POST /v1/sys/wrapping/unwrap HTTP/1.1\r\nHost: x\r\nContent-Length: {body.Length}\r\n\r\n{body}")));
        }

        Assert.Equal((403, replies[0].Body), (replies[1].Status, replies[1].Body));
    }

    [Fact]
    public async Task A_token_holders_large_body_is_taken_in_and_a_request_that_was_refused_without_its_body_changed_nothing()
    {
        var body = $$"""{"value":"{{new string('x', 2 * BodyLimits.UnaskedBytes)}}"}""";

        Assert.Equal(204, (await server.SendAsync("POST", "/v1/secret/large", body)).Status);
        await server.UnchangedAsync(async () => Assert.Equal(403, (await AnnounceAsync("secret/kept", "X-Vault-Token: hvs.wrong\r\n", BodyLimits.UnaskedBytes + 1)).Status));
        Assert.Contains("xxx", (await server.SendAsync("GET", "/v1/secret/large")).Body, StringComparison.Ordinal);
    }

    private Task<RawReply> AnnounceAsync(string path, string headers, int bytes) => RawHttp.SendAsync(
        server.Address, Encoding.ASCII.GetBytes($"POST /v1/{path} HTTP/1.1\r\nHost: x\r\n{headers}Content-Length: {bytes}\r\n\r\n"));
}
