using Coffer.Kernel.Tests.Harness;

namespace Coffer.Kernel.Tests.Policies;

public sealed class PolicyLintTests
{
    [Theory]
    [InlineData("fake/creds/x", "read", null)]
    [InlineData("nowhere/*", "read", "no-mount")]
    [InlineData("fake", "list", "no-path")]
    [InlineData("sys/auth", "read", null)]
    [InlineData("sys/nothing", "read", "no-path")]
    [InlineData("sys/audit", "read", "needs-sudo")]
    [InlineData("sys/policies/acl/x", "create", "create-is-update")]
    [InlineData("sys/*", "create", null)]
    [InlineData("+/x", "read", null)]
    public async Task What_leads_nowhere_on_this_server_is_found(string path, string capability, string? code)
    {
        await using var kernel = await KernelHarness.StartAsync();
        var body = $$"""{"policy":"path \"{{path}}\" { capabilities = [\"{{capability}}\"] }"}""";

        var answer = (await kernel.WriteAsync("sys/policies/lint", body)).Ok();

        Assert.Equal(code is null ? [] : [code], answer.Data["findings"]!.AsArray().Select(finding => (string)finding!["code"]!));
    }

    [Fact]
    public async Task A_write_answers_what_is_certain_and_all_of_it_on_request()
    {
        await using var kernel = await KernelHarness.StartAsync();
        const string Policy = """path \"a\" { capabilities = [\"read\"] }\npath \"fake/{{identity.nobody}}\" { capabilities = [\"read\"] }""";

        var usual = (await kernel.WriteAsync("sys/policies/acl/p", $$"""{"policy":"{{Policy}}"}""")).Is(200);
        var all = (await kernel.WriteAsync("sys/policies/acl/p", $$"""{"policy":"{{Policy}}","lint":true}""")).Is(200);
        var stored = (await kernel.WriteAsync("sys/policies/lint", """{"name":"p"}""")).Ok();

        Assert.StartsWith("line 2, path \"fake/{{identity.nobody}}\": ", (string)Assert.Single(usual.Json["warnings"]!.AsArray())!, StringComparison.Ordinal);
        Assert.Contains(all.Json["warnings"]!.AsArray(), warning => ((string)warning!).EndsWith("[no-mount]", StringComparison.Ordinal));
        Assert.Equal(all.Json["warnings"]!.AsArray().Count, stored.Data["findings"]!.AsArray().Count);
    }

    [Fact]
    public async Task Bad_input_to_the_linter_is_refused_and_tells_why()
    {
        await using var kernel = await KernelHarness.StartAsync();

        Assert.Contains("policy or name", (await kernel.WriteAsync("sys/policies/lint", "{}")).Is(400).Body, StringComparison.Ordinal);
        Assert.Contains("failed to parse policy", (await kernel.WriteAsync("sys/policies/lint", """{"policy":"path {"}""")).Is(400).Body, StringComparison.Ordinal);
        Assert.Contains("malformed", (await kernel.WriteAsync("sys/policies/lint", """{"name":" "}""")).Is(400).Body, StringComparison.Ordinal);
        (await kernel.WriteAsync("sys/policies/lint", """{"name":"none"}""")).Is(404);
        (await kernel.WriteAsync("sys/policies/lint", """{"name":"default"}""", (await kernel.TokenAsync()).ClientToken)).Is(403);
    }

    [Fact]
    public async Task Parameters_that_a_path_does_not_take_are_found_above_all_those_of_a_version_2_secret()
    {
        await using var kernel = await KernelHarness.StartAsync(engines: [Coffer.Secrets.Kv.KvEngines.Type]);
        (await kernel.WriteAsync("sys/mounts/two", """{"type":"kv","options":{"version":"2"}}""")).Ok();
        (await kernel.WriteAsync("sys/mounts/one", """{"type":"kv"}""")).Ok();

        Assert.Equal(["allowed_parameters names password", "required_parameters names owner"], await FoundAsync("two/data/x", "allowed_parameters = { password = [], data = [] } required_parameters = [\"owner\"]"));
        Assert.Equal(["denied_parameters names polices"], await FoundAsync("auth/token/create", "denied_parameters = { polices = [], policies = [] }"));
        Assert.Empty(await FoundAsync("one/x", "allowed_parameters = { password = [] }"));
        Assert.Empty(await FoundAsync("two/data/x", "allowed_parameters = { \"*\" = [], options = [] }"));

        async Task<IEnumerable<string>> FoundAsync(string path, string conditions)
        {
            var policy = $"path \"{path}\" {{ capabilities = [\"create\", \"update\"] {conditions} }}";
            var answer = await kernel.WriteAsync("sys/policies/lint", System.Text.Json.JsonSerializer.Serialize(new Dictionary<string, string> { ["policy"] = policy }));
            return answer.Ok().Data["findings"]!.AsArray().Where(finding => (string)finding!["code"]! == "unknown-parameter")
                .Select(finding => ((string)finding!["message"]!).Split(',')[0]);
        }
    }
}
