using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Coffer.Server.Tests.Http;

/// <summary>The OpenAPI document: valid, complete, and no more than the caller may know.</summary>
public sealed partial class OpenApiTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Target = "/v1/sys/internal/specs/openapi";

    private static readonly string[] Types = ["string", "integer", "number", "boolean", "array", "object"];

    [Fact]
    public async Task The_document_names_the_paths_of_every_mount()
    {
        await MountAsync("two", """{"type":"kv","options":{"version":"2"}}""");
        await MountAsync("cloud", """{"type":"aws"}""");

        var paths = (await DocumentAsync(ServerFixture.Root)).GetProperty("paths").EnumerateObject().Select(path => path.Name).ToArray();

        foreach (var path in (string[])
            [
                "/secret/{path}", "/secret/{path}/", "/two/data/{path}", "/two/metadata/{path}", "/two/metadata/{path}/", "/two/config", "/cubbyhole/{path}",
                "/cloud/config/root", "/cloud/roles/{name}", "/cloud/roles/", "/cloud/creds/{name}", "/sys/mounts", "/sys/mounts/{path}", "/sys/seal-status",
                "/sys/health", "/sys/init", "/sys/unseal", "/sys/policies/acl/{name}", "/sys/policies/acl/{name}/", "/sys/leases/lookup", "/auth/token/create",
                "/auth/token/accessors/", "/sys/internal/specs/openapi",
            ])
        {
            Assert.Contains(path, paths);
        }

        // What only explains a mistake is not advertised.
        Assert.DoesNotContain("/two/{path}", paths);
    }

    [Fact]
    public async Task Every_parameter_is_declared_typed_and_described_and_every_operation_has_its_own_name()
    {
        await MountAsync("two", """{"type":"kv","options":{"version":"2"}}""");
        await MountAsync("cloud", """{"type":"aws"}""");
        await MountAsync("odd%7Bname%7D%20x", """{"type":"kv"}""");
        var document = await DocumentAsync(ServerFixture.Root);

        Assert.Equal("3.0.2", document.GetProperty("openapi").GetString());
        Assert.NotEqual("", document.GetProperty("info").GetProperty("version").GetString());
        Assert.NotEqual("", document.GetProperty("info").GetProperty("title").GetString());
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in document.GetProperty("paths").EnumerateObject())
        {
            CheckPath(path, names);
        }

        Assert.InRange(names.Count, 100, 1000);
    }

    [Fact]
    public async Task What_a_write_takes_is_in_its_body_and_what_a_read_takes_in_its_query()
    {
        await MountAsync("two", """{"type":"kv","options":{"version":"2"}}""");
        var paths = (await DocumentAsync(ServerFixture.Root)).GetProperty("paths");

        var data = paths.GetProperty("/two/data/{path}");
        Assert.Equal(["version"], Parameters(data.GetProperty("get")).Select(parameter => parameter.GetProperty("name").GetString()!));
        Assert.Equal(["data", "options"], Body(data.GetProperty("post"), "application/json").Order(StringComparer.Ordinal));
        Assert.Equal(["data", "options"], Body(data.GetProperty("patch"), "application/merge-patch+json").Order(StringComparer.Ordinal));
        Assert.True(data.GetProperty("x-vault-createSupported").GetBoolean());
        var list = Assert.Single(Parameters(paths.GetProperty("/auth/token/accessors/").GetProperty("get")));
        Assert.Equal("list", list.GetProperty("name").GetString());
        Assert.True(list.GetProperty("required").GetBoolean());
        Assert.True(paths.GetProperty("/auth/token/accessors/").GetProperty("x-vault-sudo").GetBoolean());
        Assert.True(paths.GetProperty("/sys/seal-status").GetProperty("x-vault-unauthenticated").GetBoolean());
    }

    [Fact]
    public async Task Without_a_token_it_tells_of_paths_that_need_none_and_with_a_wrong_one_nothing()
    {
        var open = await DocumentAsync("");
        Assert.All(open.GetProperty("paths").EnumerateObject(), path => Assert.True(path.Value.GetProperty("x-vault-unauthenticated").GetBoolean(), path.Name));
        Assert.Contains(open.GetProperty("paths").EnumerateObject(), path => path.Name == "/sys/health");

        var refused = await RawHttp.SendAsync(server.Address, Request("hvs.wrong"));
        Assert.Equal(403, refused.Status);
        Assert.DoesNotContain("paths", refused.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_sees_the_mounts_that_its_policies_reach()
    {
        await MountAsync("hidden", """{"type":"kv"}""");
        await server.SendAsync("POST", "/v1/sys/policies/acl/narrow", """{"policy":"path \"secret/*\" { capabilities = [\"read\"] }"}""");
        var made = await server.SendAsync("POST", "/v1/auth/token/create", """{"policies":["narrow"],"no_default_policy":true,"ttl":"1h"}""");
        using var token = JsonDocument.Parse(made.Body);

        var paths = (await DocumentAsync(token.RootElement.GetProperty("auth").GetProperty("client_token").GetString()!)).GetProperty("paths").EnumerateObject().ToArray();

        Assert.Contains(paths, path => path.Name == "/secret/{path}");
        Assert.DoesNotContain(paths, path => path.Name.StartsWith("/hidden/", StringComparison.Ordinal));
    }

    private static void CheckPath(JsonProperty path, HashSet<string> names)
    {
        Assert.StartsWith("/", path.Name, StringComparison.Ordinal);
        var declared = Parameters(path.Value);
        Assert.Equal(
            Braces().Matches(path.Name).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal),
            declared.Select(parameter => parameter.GetProperty("name").GetString()!).Order(StringComparer.Ordinal));
        Assert.All(declared, parameter =>
        {
            Assert.Equal("path", parameter.GetProperty("in").GetString());
            Assert.True(parameter.GetProperty("required").GetBoolean());
            CheckParameter(path.Name, parameter);
        });
        var operations = path.Value.EnumerateObject().Where(member => member.Name is "get" or "post" or "patch" or "delete").ToArray();
        Assert.NotEmpty(operations);
        foreach (var operation in operations)
        {
            Assert.True(names.Add(operation.Value.GetProperty("operationId").GetString()!), $"{path.Name} {operation.Name}: its name is taken");
            Assert.NotEqual("", operation.Value.GetProperty("summary").GetString());
            Assert.NotEmpty(operation.Value.GetProperty("responses").EnumerateObject());
            Assert.All(Parameters(operation.Value), parameter => CheckParameter(path.Name, parameter));
            if (operation.Value.TryGetProperty("requestBody", out var body))
            {
                var content = Assert.Single(body.GetProperty("content").EnumerateObject());
                Assert.All(content.Value.GetProperty("schema").GetProperty("properties").EnumerateObject(), field => CheckSchema($"{path.Name} {field.Name}", field.Value, described: true));
            }
        }
    }

    private static void CheckParameter(string path, JsonElement parameter)
    {
        var name = parameter.GetProperty("name").GetString();
        Assert.NotEqual("", parameter.GetProperty("description").GetString());
        CheckSchema($"{path} {name}", parameter.GetProperty("schema"), described: false);
    }

    private static void CheckSchema(string where, JsonElement schema, bool described)
    {
        if (described)
        {
            Assert.True(schema.GetProperty("description").GetString()!.Length > 0, $"{where} has no description");
        }

        // A field that takes any value has no type.
        if (schema.TryGetProperty("type", out var type))
        {
            Assert.Contains(type.GetString(), Types);
            Assert.Equal(type.GetString() == "array", schema.TryGetProperty("items", out _));
        }
        else
        {
            Assert.True(described, $"{where} has no type");
        }
    }

    private static JsonElement[] Parameters(JsonElement owner) => owner.TryGetProperty("parameters", out var parameters) ? [.. parameters.EnumerateArray()] : [];

    private static IEnumerable<string> Body(JsonElement operation, string type) =>
        operation.GetProperty("requestBody").GetProperty("content").GetProperty(type).GetProperty("schema").GetProperty("properties").EnumerateObject().Select(field => field.Name);

    private static byte[] Request(string token) =>
        Encoding.ASCII.GetBytes($"GET {Target} HTTP/1.1\r\nHost: x\r\n{(token.Length > 0 ? $"X-Vault-Token: {token}\r\n" : "")}\r\n");

    private async Task<JsonElement> DocumentAsync(string token)
    {
        var reply = await RawHttp.SendAsync(server.Address, Request(token));
        Assert.True(reply.Status == 200, reply.ToString());
        Assert.Contains("application/json", reply.Head, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(reply.Body, new JsonDocumentOptions { AllowDuplicateProperties = false });
        return document.RootElement.Clone();
    }

    private async Task MountAsync(string path, string body) => await server.SendAsync("POST", "/v1/sys/mounts/" + path, body);

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Braces();
}
