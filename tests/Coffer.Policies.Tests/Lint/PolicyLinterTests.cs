using Coffer.Policies.Lint;

namespace Coffer.Policies.Tests.Lint;

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
}
