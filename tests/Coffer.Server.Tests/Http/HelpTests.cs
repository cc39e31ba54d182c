using System.Text.Json;

namespace Coffer.Server.Tests.Http;

/// <summary><c>?help=1</c>, as <c>path-help</c> and user interfaces ask for it.</summary>
public sealed class HelpTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Theory]
    [InlineData("secret")]
    [InlineData("secret/")]
    [InlineData("cubbyhole")]
    [InlineData("sys")]
    [InlineData("auth/token")]
    public async Task Help_of_a_mount_lists_its_paths(string mount)
    {
        var help = await HelpAsync($"/v1/{mount}?help=1");

        Assert.Contains("## PATHS", help.GetProperty("help").GetString(), StringComparison.Ordinal);
        Assert.NotEmpty(help.GetProperty("openapi").GetProperty("paths").EnumerateObject());
    }

    [Theory]
    [InlineData("secret/a/b", "a/b", "/{path}")]
    [InlineData("sys/mounts/x/y", "mounts/x/y", "/mounts/{path}")]
    [InlineData("sys/health", "health", "/health")]
    [InlineData("auth/token/create/r", "create/r", "/create/{role_name}")]
    public async Task Help_of_a_path_names_what_was_asked_and_describes_that_path_alone(string path, string request, string template)
    {
        var help = await HelpAsync($"/v1/{path}?help=1");

        Assert.StartsWith($"Request:        {request}\n", help.GetProperty("help").GetString(), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, help.GetProperty("see_also").ValueKind);
        Assert.All(help.GetProperty("openapi").GetProperty("paths").EnumerateObject(), found => Assert.Equal(template, found.Name.TrimEnd('/')));
    }

    [Theory]
    [InlineData("sys/nothing")]
    [InlineData("auth/token/nothing/at/all")]
    [InlineData("nothing")]
    public async Task Help_of_a_path_that_is_not_there_is_refused(string path) =>
        Assert.Equal(404, (await server.SendAsync("GET", $"/v1/{path}?help=1")).Status);

    [Fact]
    public async Task A_request_for_help_does_nothing_else_whatever_its_method()
    {
        await server.UnchangedAsync(async () =>
        {
            foreach (var method in (string[])["GET", "POST", "PUT", "DELETE", "LIST"])
            {
                var reply = await server.SendAsync(method, "/v1/secret/kept?help=1", method is "POST" or "PUT" ? """{"value":"changed"}""" : null);
                Assert.Equal(200, reply.Status);
                Assert.Contains("\"see_also\":null", reply.Body, StringComparison.Ordinal);
            }
        });
    }

    [Theory]
    [InlineData("help")]
    [InlineData("help=")]
    public async Task An_empty_help_parameter_asks_for_nothing(string query) =>
        Assert.Contains("\"value\":\"kept\"", (await server.SendAsync("GET", $"/v1/secret/kept?{query}")).Body, StringComparison.Ordinal);

    [Theory]
    [InlineData("sys/health", 200)]
    [InlineData("sys/mounts", 403)]
    [InlineData("secret/kept", 403)]
    [InlineData("sys/nothing", 403)]
    public async Task Help_needs_a_token_where_the_path_does(string path, int status) =>
        Assert.Equal(status, (await RawHttp.SendAsync(server.Address, System.Text.Encoding.ASCII.GetBytes($"GET /v1/{path}?help=1 HTTP/1.1\r\nHost: x\r\n\r\n"))).Status);

    private async Task<JsonElement> HelpAsync(string target)
    {
        var reply = await server.SendAsync("GET", target);
        Assert.True(reply.Status == 200, reply.ToString());
        using var document = JsonDocument.Parse(reply.Body);
        return document.RootElement.Clone();
    }
}
