using Coffer.Kernel.Policies;
using Coffer.Kernel.Policies.Lint;
using Coffer.Kernel.Tests.Harness;

namespace Coffer.Kernel.Tests.Policies.Lint;

public sealed class PolicyLinterTests
{
    [Theory]
    [InlineData("""path "kv/*/x" { capabilities = ["read"] }""", "star-inside")]
    [InlineData("""path "*y" { capabilities = ["read"] }""", "star-inside")]
    [InlineData("""path "kv/a+/x" { capabilities = ["read"] }""", "plus-in-segment")]
    [InlineData("""path "kv/{{identity.entity.nme}}" { capabilities = ["read"] }""", "unknown-template")]
    [InlineData("""path "kv/{{identity.groups.names.ops}}" { capabilities = ["read"] }""", "unknown-template")]
    [InlineData("""path "kv/d/" { capabilities = ["read", "list"] }""", "only-listed")]
    [InlineData("""path "kv/d" { capabilities = ["read", "deny"] }""", "deny-takes-all")]
    [InlineData("""path "kv/d" { capabilities = [] }""", "nothing-granted")]
    [InlineData("""path "kv/d" { capabilities = ["update"] allowed_parameters = { "*" = ["x"] } }""", "star-values")]
    [InlineData("""path "kv/d" { capabilities = ["update"] required_parameters = ["A"] denied_parameters = { "a" = [] } }""", "required-and-denied")]
    [InlineData("""path "kv/d" { capabilities = ["update"] required_parameters = ["a"] allowed_parameters = { "b" = [] } }""", "required-not-allowed")]
    [InlineData("""path "kv/d" { capabilities = ["read"] } path "kv/d" { capabilities = ["list"] }""", "duplicate-path")]
    [InlineData("""path "kv/*" { capabilities = ["read"] } path "kv/+/b*" { capabilities = ["list"] }""", "hidden-rule")]
    [InlineData("""path "*" { capabilities = ["read"] } path "+/private/*" { capabilities = ["deny"] }""", "hidden-rule")]
    [InlineData("""path "kv/p/*" { capabilities = ["read"] } path "kv/+/private/*" { capabilities = ["deny"] }""", "deny-does-not-win")]
    public void What_does_not_do_what_it_seems_to_is_found(string text, string code) =>
        Assert.Equal([code], PolicyLinter.Lint(AclTesting.Policy(text)).Select(finding => finding.Code));

    [Theory]
    [InlineData("""path "kv/*" { capabilities = ["read"] } path "kv/a/*" { capabilities = ["deny"] } path "kv/a/me" { capabilities = ["read"] }""")]
    [InlineData("""path "kv/+/*" { capabilities = ["read"] } path "kv/+/private/*" { capabilities = ["deny"] }""")]
    [InlineData("""path "kv/d/" { capabilities = ["list"] } path "kv/d" { capabilities = ["read"] }""")]
    [InlineData("""path "kv/{{identity.entity.metadata.a}}/{{identity.groups.names.a.b.metadata.c}}" { capabilities = ["read"] }""")]
    [InlineData("""path "kv/{{identity.entity.aliases.auth_1.custom_metadata.x.y}}/+/{{identity.groups.ids.g.name}}" { capabilities = ["read"] }""")]
    [InlineData("""path "kv/d" { capabilities = ["update"] required_parameters = ["a"] allowed_parameters = { "a" = [], "*" = [] } }""")]
    public void What_is_meant_so_is_not_found(string text) => Assert.Empty(PolicyLinter.Lint(AclTesting.Policy(text)));

    [Fact]
    public void The_policy_that_all_have_can_hide_a_rule_too()
    {
        var always = AclTesting.Policy("""path "kv/p/*" { capabilities = ["read"] }""", "default");

        var finding = Assert.Single(PolicyLinter.Lint(AclTesting.Policy("""path "kv/+/private/*" { capabilities = ["deny"] }"""), always: always));

        Assert.Equal("deny-does-not-win", finding.Code);
        Assert.Contains("\"kv/p/*\" of the policy default, line 1,", finding.Message, StringComparison.Ordinal);
    }

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
    public void Many_rules_are_held_against_few_others_each()
    {
        var text = string.Concat(Enumerable.Range(0, 10_000).Select(i => $"path \"kv/team{i % 100}/app{i}/*\" {{ capabilities = [\"read\"] }}\n"))
            + "path \"kv/+/secret/*\" { capabilities = [\"deny\"] }\npath \"kv/*\" { capabilities = [\"list\"] }\n";
        LintedRule[] rules = [.. AclTesting.Policy(text).Rules.Select(rule => new LintedRule(rule, rule.Pattern.Outline(), PolicyName.Parse("p")))];
        var trie = PolicyLinter.Trie(rules);

        Assert.Equal("hidden-rule", Assert.Single(PrecedenceLint.Of(rules, trie)).Code);
        Assert.InRange(trie.Looks, 10_000, 60_000);
    }

    [Fact]
    public void Rules_that_all_match_the_same_paths_are_compared_up_to_a_bound_and_the_linter_says_so()
    {
        var text = string.Concat(Enumerable.Range(0, 3_000).Select(i => $"path \"+/app{i}*\" {{ capabilities = [\"read\"] }}\n"));

        var finding = Assert.Single(PolicyLinter.Lint(AclTesting.Policy(text)), finding => finding.Code == "too-many-rules");

        Assert.InRange(finding.Line, 300, 3_000);
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
