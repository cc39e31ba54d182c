using System.Text.Json;
using System.Text.RegularExpressions;

namespace Coffer.Server.Tests.Http;

public sealed partial class RequestIdTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task A_refusal_names_its_request_in_a_header_and_is_explained_by_it()
    {
        var refused = await server.SendAsync("GET", "/v1/secret/data/x", headers: "X-Vault-Token: hvs.nobody\r\n");
        var id = RequestId().Match(refused.Head).Groups[1].Value;

        var explained = await server.SendAsync("POST", "/v1/sys/policies/explain", $$"""{"request_id":"{{id}}"}""");

        Assert.Equal("""{"errors":["permission denied"]}""", refused.Body.Trim());
        Assert.Equal("unknown", JsonElement.Parse(explained.Body).GetProperty("data").GetProperty("token").GetProperty("state").GetString());
    }

    [Fact]
    public async Task The_header_and_the_body_name_the_same_request()
    {
        var reply = await server.SendAsync("GET", "/v1/sys/mounts");

        Assert.Equal(RequestId().Match(reply.Head).Groups[1].Value, JsonElement.Parse(reply.Body).GetProperty("request_id").GetString());
    }

    [GeneratedRegex("X-Coffer-Request-Id: ([0-9a-f-]{36})")]
    private static partial Regex RequestId();
}
