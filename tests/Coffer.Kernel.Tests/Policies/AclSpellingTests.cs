using System.Collections.Immutable;
using Coffer.Policies;
using Coffer.Policies.Tests;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Names;
using CsCheck;

namespace Coffer.Kernel.Tests.Policies;

/// <summary>A rule means what it names, and a deny means it in every spelling.</summary>
public sealed class AclSpellingTests
{
    private const string Grant = "path \"*\" { capabilities = [\"create\", \"read\", \"update\", \"delete\", \"list\"] }\n";

    private static readonly Gen<string> Segment = Gen.OneOf("a", "A", "b", "ab", "aB", "{{identity.entity.name}}", "x{{identity.entity.name}}", "{{identity.entity.name}}y", "+");
    private static readonly Gen<string> Path = Gen.OneOf("a", "A", "b", "B", "ab", "xa", "xab", "ay", "XaY").Array[1, 4].Select(parts => string.Join('/', parts));
    private static readonly Gen<string> RulePath = Gen.Select(Segment.Array[1, 4], Gen.Bool, (parts, star) => string.Join('/', parts) + (star && parts[^1] != "+" ? "*" : ""));

    [Theory]
    [InlineData("users/bob", "users/bob")]
    [InlineData("users/bob", "users/Bob")]
    [InlineData("users/Bob", "users/bob")]
    [InlineData("users/Bob", "users/BOB")]
    [InlineData("users/\u212Aim", "users/kim")]
    [InlineData("users/kim", "users/\u212Aim")]
    [InlineData("Users/+/x", "users/bob/X")]
    [InlineData("users/Bo*", "users/bob")]
    public void CVE_2026_89322_a_deny_holds_for_every_case_of_its_path(string denied, string path)
    {
        var acl = AclTesting.Acl(Grant + $"path \"{denied}\" {{ capabilities = [\"deny\"] }}");

        Assert.Equal(AclRefusal.Denied, acl.Decide(AclOperation.Read, path).Refusal);
        Assert.Equal(AclRefusal.Denied, acl.Decide(AclOperation.List, path).Refusal);
        Assert.Equal(["deny"], acl.Capabilities(path));
    }

    [Fact]
    public void A_grant_holds_for_its_own_case_alone()
    {
        var acl = AclTesting.Acl("""path "kv/Bob" { capabilities = ["read"] }""");

        Assert.True(acl.Decide(AclOperation.Read, "kv/Bob").IsAllowed);
        Assert.False(acl.Decide(AclOperation.Read, "kv/bob").IsAllowed);
    }

    [Theory]
    [InlineData("users/Bob", "users/bob", true)]
    [InlineData("users/Bo*", "users/bob", true)]
    [InlineData("+/Bob", "users/bob", true)]
    [InlineData("Users/Bob", "users/bob", false)]
    [InlineData("users/Bob/x", "users/bob", false)]
    public void Where_a_segment_folds_a_grant_in_another_case_reaches_the_folded_name_and_nothing_else(string granted, string path, bool allowed)
    {
        var acl = AclTesting.Acl($"path \"{granted}\" {{ capabilities = [\"read\"] }}");
        var asked = new AclRequest(path, AclOperation.Read) { Folds = new SegmentFold(0b10, int.MaxValue) };

        Assert.Equal(allowed, acl.Decide(asked).IsAllowed);
        Assert.False(acl.Decide(asked with { Folds = SegmentFold.None }).IsAllowed);
    }

    [Theory]
    [InlineData("mounts/aws", "mounts/aws")]
    [InlineData("mounts/aws/", "mounts/aws")]
    [InlineData("mounts/+/", "mounts/aws")]
    [InlineData("mounts/AWS/", "mounts/aws")]
    public void A_rule_with_a_slash_at_its_end_means_the_path_without_it_where_the_slash_names_nothing(string written, string path)
    {
        var denies = AclTesting.Acl(Grant + $"path \"{written}\" {{ capabilities = [\"deny\"] }}");
        var asked = new AclRequest(path, AclOperation.Delete) { KeepsFolders = false };

        Assert.Equal(AclRefusal.Denied, denies.Decide(asked).Refusal);
        Assert.Equal(["deny"], denies.Capabilities(asked));

        var grants = AclTesting.Acl($"path \"{written.ToLowerInvariant()}\" {{ capabilities = [\"delete\"] }}");
        Assert.True(grants.Decide(asked).IsAllowed);
    }

    [Fact]
    public void Where_a_folder_is_another_thing_a_rule_on_it_says_nothing_of_the_path_without_the_slash()
    {
        var acl = AclTesting.Acl(Grant + """path "kv/a/" { capabilities = ["deny"] }""");

        Assert.True(acl.Decide(AclOperation.Read, "kv/a").IsAllowed);
        Assert.False(acl.Decide(AclOperation.Read, "kv/a/").IsAllowed);
        Assert.False(acl.Decide(AclOperation.List, "kv/a").IsAllowed);
    }

    [Theory]
    [InlineData("kv/{{identity.entity.name}}/x", "kv/anybody/x")]
    [InlineData("kv/{{identity.entity.name}}/x", "kv/ANYBODY/X")]
    [InlineData("kv/pre-{{identity.entity.name}}-post", "kv/pre-a-post")]
    [InlineData("kv/pre-{{identity.entity.name}}-post", "kv/pre--post")]
    [InlineData("kv/{{identity.entity.name}}*", "kv/a/b/c")]
    [InlineData("kv/{{identity.entity.name}}/*", "kv/a/b/c")]
    [InlineData("kv/{{identity.entity.metadata.team}}/+/x", "kv/a/b/x")]
    public void GHSA_hr5j_3j78_4vh2_a_deny_without_a_value_stays_a_deny_of_all_that_it_could_have_meant(string denied, string path)
    {
        var acl = AclTesting.Acl("path \"kv/*\" { capabilities = [\"read\", \"list\"] }\n" + $"path \"{denied}\" {{ capabilities = [\"deny\"] }}");

        var decision = acl.Decide(AclOperation.Read, path);
        Assert.Equal(AclRefusal.Denied, decision.Refusal);
        Assert.Equal(denied, Assert.Single(decision.Rule!.Sources).Path);
        Assert.Equal(["deny"], acl.Capabilities(path));
        Assert.Empty(acl.Skipped);
    }

    [Theory]
    [InlineData("kv/{{identity.entity.name}}", "a/b", "kv/a/b")]
    [InlineData("kv/{{identity.entity.name}}", "a/b", "kv/A/B")]
    [InlineData("kv/{{identity.entity.name}}/all", "a/b", "kv/a/b/all")]
    [InlineData("kv/{{identity.entity.name}}*", "a/b", "kv/a/bc/d")]
    [InlineData("kv/pre-{{identity.entity.name}}-post", "a/b", "kv/pre-a/b-post")]
    [InlineData("kv/{{identity.entity.name}}", "a/+/c", "kv/a/+/c")]
    [InlineData("kv/{{identity.entity.name}}/{{identity.entity.metadata.team}}", "a/b", "kv/a/b/anything")]
    public void A_deny_whose_value_reaches_over_several_segments_denies_the_path_that_the_value_makes(string denied, string value, string path)
    {
        var policy = AclTesting.Policy("path \"kv/*\" { capabilities = [\"read\"] }\n" + $"path \"{denied}\" {{ capabilities = [\"deny\"] }}");
        var acl = Acl.Compile([policy], new PolicyTemplateValues { EntityId = "e", EntityName = value });

        Assert.Equal(AclRefusal.Denied, acl.Decide(AclOperation.Read, path).Refusal);
        Assert.True(acl.Decide(AclOperation.Read, "kv/elsewhere/x/y/z").IsAllowed);
    }

    [Theory]
    [InlineData("kv/pre-{{identity.entity.name}}-post", "kv/pre-a")]
    [InlineData("kv/pre-{{identity.entity.name}}-ost", "kv/pre-ost")]
    [InlineData("kv/{{identity.entity.name}}/x", "kv/x")]
    [InlineData("kv/{{identity.entity.name}}/x", "kv/a/b/x")]
    public void A_deny_without_a_value_denies_no_path_that_no_value_would_make(string denied, string path)
    {
        var acl = AclTesting.Acl("path \"kv/*\" { capabilities = [\"read\"] }\n" + $"path \"{denied}\" {{ capabilities = [\"deny\"] }}");

        Assert.True(acl.Decide(AclOperation.Read, path).IsAllowed);
    }

    [Fact]
    public void A_deny_without_a_value_yields_to_a_narrower_grant_as_the_filled_rule_would()
    {
        var acl = AclTesting.Acl(
            """
            path "kv/{{identity.entity.name}}/*" { capabilities = ["deny"] }
            path "kv/bob/own" { capabilities = ["read"] }
            path "kv/bob/*" { capabilities = ["read"] }
            """);

        Assert.True(acl.Decide(AclOperation.Read, "kv/bob/own").IsAllowed);
        Assert.False(acl.Decide(AclOperation.Read, "kv/bob/other").IsAllowed);
    }

    [Fact]
    public void GHSA_hr5j_3j78_4vh2_whatever_a_deny_would_deny_with_some_value_it_denies_without_one() =>
        Gen.Select(RulePath.Array[1, 3], RulePath.Array[0, 3], Path, Gen.OneOf("a", "b", "A", "", "ab"), Gen.Bool, Gen.Bool).Sample(
            (denied, granted, path, value, listing, keepsFolders) =>
            {
                // Grants without templates: those that have one drop out, which only takes away.
                var grants = granted.Where(rule => !rule.Contains('{', StringComparison.Ordinal)).Append("*");
                var policy = AclTesting.Policy(string.Concat(
                    denied.Select(rule => $"path \"{rule}\" {{ capabilities = [\"deny\"] }}\n")
                        .Concat(grants.Select(rule => $"path \"{rule}\" {{ capabilities = [\"read\", \"list\"] }}\n"))));
                var asked = new AclRequest(path, listing ? AclOperation.List : AclOperation.Read) { KeepsFolders = keepsFolders };
                var filled = Acl.Compile([policy], new PolicyTemplateValues { EntityId = "e", EntityName = value });
                var open = Acl.Compile([policy], PolicyTemplateValues.None);
                if (!filled.Decide(asked).IsAllowed)
                {
                    Assert.False(open.Decide(asked).IsAllowed);
                }
            },
            iter: 20_000);

    [Fact]
    public void CVE_2026_89322_a_path_that_is_denied_is_denied_in_every_case() =>
        Gen.Select(RulePath.Where(path => !path.Contains('{', StringComparison.Ordinal)).Array[1, 4], Path, Gen.Bool).Sample(
            (denied, path, listing) =>
            {
                var acl = AclTesting.Acl(Grant + string.Concat(denied.Select(rule => $"path \"{rule}\" {{ capabilities = [\"deny\"] }}\n")));
                var operation = listing ? AclOperation.List : AclOperation.Read;
                if (!acl.Decide(operation, path).IsAllowed)
                {
                    Assert.False(acl.Decide(operation, path.ToUpperInvariant()).IsAllowed);
                    Assert.False(acl.Decide(operation, path.ToLowerInvariant()).IsAllowed);
                }
            },
            iter: 20_000);

    [Fact]
    public void Folding_a_name_twice_is_folding_it_once_and_no_two_characters_meet_only_afterwards()
    {
        for (var value = 0; value <= char.MaxValue; value++)
        {
            var text = $"x{(char)value}x";
            var folded = NameFold.Of(text);

            Assert.Equal(folded, NameFold.Of(folded));
            Assert.Equal(folded, folded.ToLowerInvariant());
        }

        Assert.Equal("kim", NameFold.Of(" \u212AIM\u00A0"));
    }

    public static TheoryData<string, string, string> OtherSpellings() => new()
    {
        { "flag", "true", "\"true\"" },
        { "flag", "true", "1" },
        { "flag", "true", "\"T\"" },
        { "flag", "\"true\"", "true" },
        { "flag", "false", "0" },
        { "flag", "false", "\"\"" },
        { "count", "5", "\"5\"" },
        { "count", "\"5\"", "5" },
        { "time", "\"1h\"", "\"60m\"" },
        { "time", "\"1h\"", "3600" },
        { "time", "3600", "\"1h\"" },
        { "time", "\"0\"", "\"0s\"" },
        { "list", "\"admin\"", "[\" admin\"]" },
        { "list", "\"admin\"", "[\"x\", \"admin\\t\"]" },
        { "list", "\"admin\"", "[\"admin\\u00a0\"]" },
        { "list", "\"admin\"", "\"x, admin \"" },
        { "list", "\"7\"", "[7]" },
        { "numbers", "7", "[\"7\"]" },
        { "numbers", "7", "\"6, 7\"" },
        { "text", "\"secret\"", "\" secret\"" },
        { "text", "\"secret\"", "\"secret/\"" },
        { "name", "\"admin\"", "\" ADMIN\"" },
    };

    [Theory]
    [MemberData(nameof(OtherSpellings))]
    public void A_denied_value_is_denied_however_it_is_written_for_the_kind_of_its_field(string field, string denied, string sent)
    {
        ImmutableArray<Field> fields =
        [
            Field.Boolean("flag", ""), Field.Integer("count", ""), Field.Duration("time", ""), Field.TextList("list", ""), Field.CountList("numbers", ""),
            Field.Text("text", ""), Field.FoldedName("name", ""),
        ];
        var acl = AclTesting.Acl($"path \"x\" {{ capabilities = [\"update\"] denied_parameters = {{ {field} = [{denied}] }} }}");
        foreach (var value in (string[])[sent, denied])
        {
            using var body = System.Text.Json.JsonDocument.Parse($"{{\"{field}\": {value}}}");
            Assert.Equal(AclRefusal.ParameterDenied, acl.Decide(new AclRequest("x", AclOperation.Update, body.RootElement) { Fields = fields }).Refusal);
        }

        using var other = System.Text.Json.JsonDocument.Parse($"{{\"{field}\": {(field is "flag" ? denied.Contains("true", StringComparison.Ordinal) ? "false" : "true" : "86")}}}");
        Assert.True(acl.Decide(new AclRequest("x", AclOperation.Update, other.RootElement) { Fields = fields }).IsAllowed);
    }

    [Theory]
    [InlineData("denied_parameters = { policies = [\"admin\"] }", "\"Admin\"", false)]
    [InlineData("denied_parameters = { policies = [\"Admin\"] }", "\"admin\"", false)]
    [InlineData("denied_parameters = { policies = [\"admin\"] }", "[\"x\", \" ADMIN \"]", false)]
    [InlineData("denied_parameters = { policies = [\"admin\"] }", "\"x, admin\"", false)]
    [InlineData("denied_parameters = { policies = [\"super-*\"] }", "\"x,Super-Admin\"", false)]
    [InlineData("denied_parameters = { policies = [\"admin\"] }", "\"x,administration\"", true)]
    [InlineData("allowed_parameters = { policies = [\"a\", \"b\"] }", "[\"a\", \"b\"]", true)]
    [InlineData("allowed_parameters = { policies = [\"a\", \"b\"] }", "\"b, a\"", true)]
    [InlineData("allowed_parameters = { policies = [\"a\", \"b\"] }", "\"A\"", true)]
    [InlineData("allowed_parameters = { policies = [\"a\", \"b\"] }", "[\"a\", \"c\"]", false)]
    [InlineData("allowed_parameters = { policies = [\"a\", \"b\"] }", "\"a,c\"", false)]
    [InlineData("allowed_parameters = { policies = [\"a*\"] }", "\"a,evil\"", false)]
    [InlineData("allowed_parameters = { policies = [\"a*\"] }", "\"a1,a2\"", true)]
    [InlineData("allowed_parameters = { policies = [[\"a\", \"b\"]] }", "[\"a\", \"b\"]", true)]
    [InlineData("allowed_parameters = { policies = [\"a\"] }", "[]", false)]
    public void Parameters_are_judged_as_the_engine_will_read_them(string rule, string value, bool allowed)
    {
        var acl = AclTesting.Acl($"path \"x\" {{ capabilities = [\"update\"] {rule} }}");
        using var body = System.Text.Json.JsonDocument.Parse($"{{\"policies\": {value}}}");

        var decision = acl.Decide(new AclRequest("x", AclOperation.Update, body.RootElement) { Fields = [Field.FoldedNames("policies", "")] });

        Assert.Equal(allowed, decision.IsAllowed);
    }

    [Theory]
    [InlineData("..")]
    [InlineData("a/../root")]
    [InlineData("./a")]
    [InlineData("a//b")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData(" ")]
    [InlineData("a\n")]
    public async Task CVE_2026_105820_a_name_that_no_path_could_hold_is_no_name_of_a_policy(string name)
    {
        await using var kernel = await Harness.KernelHarness.StartAsync();

        // A line break at the end is white space there, which is trimmed as everywhere.
        Assert.Equal(name == "a\n", PolicyName.TryParse(name, out _));
        var body = System.Text.Json.JsonSerializer.Serialize(new Dictionary<string, string[]> { ["policies"] = [name] });
        var entity = await kernel.WriteAsync("identity/entity/name/somebody", body);
        Assert.Equal(name is "a\n" or " ", entity.IsOk);
    }
}
