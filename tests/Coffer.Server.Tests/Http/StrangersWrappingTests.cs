using System.Text.Json.Nodes;

namespace Coffer.Server.Tests.Http;

/// <summary>What a request may leave in the store by asking for its answer to be wrapped.</summary>
public sealed class StrangersWrappingTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Wrap = "X-Vault-Wrap-TTL: 1h\r\n";

    [Fact]
    public async Task No_path_that_needs_no_token_stores_a_wrapping_token_for_a_stranger()
    {
        var document = JsonNode.Parse((await server.SendAsync("GET", "/v1/sys/internal/specs/openapi")).Body)!;
        var open = document["paths"]!.AsObject().Where(path => path.Value!["x-vault-unauthenticated"] is not null).Select(path => path.Key).ToArray();
        Assert.NotEmpty(open);
        var before = await AccessorsAsync();

        foreach (var path in open.Append("/sys/internal/ui/mounts").Append("/sys/internal/specs/openapi"))
        {
            var target = "/v1" + path.Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal);
            foreach (var method in (string[])["GET", "LIST"])
            {
                var reply = await RawHttp.SendAsync(server.Address, System.Text.Encoding.ASCII.GetBytes($"{method} {target} HTTP/1.1\r\nHost: x\r\n{Wrap}\r\n"));
                Assert.DoesNotContain("\"wrap_info\":{", reply.Body, StringComparison.Ordinal);
            }
        }

        Assert.Equal(before, await AccessorsAsync());
    }

    [Theory]
    [InlineData("1h", 3600)]
    [InlineData("768h", 768 * 3600)]
    [InlineData("769h", 768 * 3600)]
    [InlineData("2562047h", 768 * 3600)]
    public async Task A_wrapping_token_lives_no_longer_than_the_systems_maximum(string asked, int seconds)
    {
        var reply = await server.SendAsync("GET", "/v1/secret/kept", null, $"X-Vault-Wrap-TTL: {asked}\r\n");

        Assert.Equal(seconds, (int)JsonNode.Parse(reply.Body)!["wrap_info"]!["ttl"]!);
    }

    private async Task<int> AccessorsAsync() =>
        JsonNode.Parse((await server.SendAsync("LIST", "/v1/auth/token/accessors")).Body)!["data"]!["keys"]!.AsArray().Count;
}
