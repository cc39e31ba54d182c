
namespace Coffer.Policies.Tests;

public sealed class AclTemplateTests
{
    private static readonly PolicyTemplateValues Alice = new()
    {
        EntityId = "e-1",
        EntityName = "alice",
        EntityMetadata = new Dictionary<string, string> { ["team"] = "blue", ["dotted.key"] = "d", ["empty"] = "" },
        Aliases = new Dictionary<string, TemplateAlias>
        {
            ["auth_1"] = new(
                "a-1", "al", new Dictionary<string, string> { ["m"] = "mv" }, new Dictionary<string, string> { ["c"] = "cv" }),
        },
        Groups = [new TemplateGroup("g-1", "ops.eu", new Dictionary<string, string> { ["zone"] = "north" })],
    };

    [Theory]
    [InlineData("identity.entity.id", "e-1")]
    [InlineData("identity.entity.name", "alice")]
    [InlineData("identity.entity.metadata.team", "blue")]
    [InlineData("identity.entity.metadata.dotted.key", "d")]
    [InlineData("identity.entity.metadata.empty", null)]
    [InlineData("identity.entity.metadata.none", null)]
    [InlineData("identity.entity.aliases.auth_1.id", "a-1")]
    [InlineData("identity.entity.aliases.auth_1.name", "al")]
    [InlineData("identity.entity.aliases.auth_1.metadata.m", "mv")]
    [InlineData("identity.entity.aliases.auth_1.custom_metadata.c", "cv")]
    [InlineData("identity.entity.aliases.auth_1.metadata.c", null)]
    [InlineData("identity.entity.aliases.auth_1", null)]
    [InlineData("identity.entity.aliases.auth_2.name", null)]
    [InlineData("identity.groups.ids.g-1.name", "ops.eu")]
    [InlineData("identity.groups.ids.g-1.metadata.zone", "north")]
    [InlineData("identity.groups.names.ops.eu.id", "g-1")]
    [InlineData("identity.groups.names.ops.eu.metadata.zone", "north")]
    [InlineData("identity.groups.names.dev.id", null)]
    [InlineData("identity.groups.g-1.id", null)]
    [InlineData("identity.entity.secret", null)]
    [InlineData("something.else", null)]
    [InlineData("", null)]
    public void A_template_stands_for_what_the_caller_is(string template, string? value)
    {
        var acl = Compile($"path \"u/{{{{ {template} }}}}/x\" {{ capabilities = [\"read\"] }}", Alice);

        Assert.Equal(value is not null, acl.Decide(AclOperation.Read, $"u/{value}/x").IsAllowed);
        Assert.Equal(value is null ? 1 : 0, acl.Skipped.Length);
        Assert.False(PolicyTemplateValues.None.TryResolve(template, out _));
    }

    [Fact]
    public void A_grant_without_a_value_drops_out_alone_and_is_remembered()
    {
        var acl = Compile(
            "path \"kv/*\" { capabilities = [\"read\"] }\npath \"kv/{{identity.entity.name}}\" { capabilities = [\"list\"] }", PolicyTemplateValues.None);

        Assert.True(acl.Decide(AclOperation.Read, "kv/{{identity.entity.name}}").IsAllowed);
        var skipped = Assert.Single(acl.Skipped);
        Assert.Equal("no value for {{identity.entity.name}}", skipped.Reason);
        Assert.Equal(("p", "kv/{{identity.entity.name}}", 2), (skipped.Source.Policy.Value, skipped.Source.Path, skipped.Source.Line));
    }

    [Fact]
    public void Filled_in_rules_merge_with_rules_that_are_the_same_path()
    {
        var acl = Compile(
            "path \"kv/{{identity.entity.name}}\" { capabilities = [\"read\"] } path \"kv/alice\" { capabilities = [\"list\"] }", Alice);

        Assert.Equal(["list", "read"], acl.Capabilities("kv/alice"));
    }

    /// <summary>GHSA-59w7-v8rr-pr4p: identity values with wildcards or slashes in them widened the rules they were put into.</summary>
    [Theory]
    [InlineData("kv/{{identity.entity.name}}", "*", "kv/*", "kv/x", "kv/")]
    [InlineData("kv/{{identity.entity.name}}", "+", "kv/+", "kv/x", "kv/")]
    [InlineData("kv/{{identity.entity.name}}/s", "+", "kv/+/s", "kv/x/s", "kv//s")]
    [InlineData("kv/+/{{identity.entity.name}}", "+", "kv/x/+", "kv/x/y", "kv/x/")]
    [InlineData("kv/{{identity.entity.name}}", "a*", "kv/a*", "kv/ab", "kv/a")]
    [InlineData("kv/{{identity.entity.name}}*", "+", "kv/+b", "kv/x", "kv/xb")]
    [InlineData("kv/+{{identity.entity.name}}/s", "*", "kv/+*/s", "kv/x/s", "kv/+/s")]
    [InlineData("{{identity.entity.name}}", "*", "*", "x", "")]
    [InlineData("kv/{{identity.entity.name}}/*", "+", "kv/+/x", "kv/a/x", "kv/a/")]
    [InlineData("kv/{{identity.entity.name}}", "{{identity.entity.id}}", "kv/{{identity.entity.id}}", "kv/e-1", "kv/")]
    public void Ghsa_59w7_v8rr_pr4p_a_value_is_text_and_never_a_wildcard(string pattern, string value, string own, string other, string another)
    {
        var acl = Compile($"path \"{pattern}\" {{ capabilities = [\"read\", \"list\"] }}", Alice with { EntityName = value });

        Assert.True(acl.Decide(AclOperation.Read, own).IsAllowed);
        Assert.False(acl.Decide(AclOperation.Read, other).IsAllowed);
        Assert.False(acl.Decide(AclOperation.Read, another).IsAllowed);
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("/")]
    [InlineData("a\n")]
    [InlineData("\0")]
    [InlineData("a\u007f")]
    [InlineData("\u0085")]
    public void Ghsa_59w7_v8rr_pr4p_a_value_with_a_slash_or_a_control_character_drops_the_rule(string value)
    {
        var acl = Compile("path \"kv/{{identity.entity.name}}\" { capabilities = [\"read\"] }", Alice with { EntityName = value });

        Assert.False(acl.Decide(AclOperation.Read, "kv/" + value).IsAllowed);
        var reason = Assert.Single(acl.Skipped).Reason;
        Assert.Equal("the value of {{identity.entity.name}} holds a slash or a control character", reason);
    }

    [Fact]
    public void Ghsa_59w7_v8rr_pr4p_a_value_like_a_wildcard_does_not_merge_with_the_wildcard()
    {
        const string Text =
            """
            path "kv/{{identity.entity.name}}/=a" { capabilities = ["sudo"] }
            path "kv/+/=a" { capabilities = ["read"] }
            path "kv/+/{{identity.entity.name}}" { capabilities = ["delete"] }
            path "kv/+/+" { capabilities = ["list"] }
            path "kw/{{identity.entity.name}}" { capabilities = ["create"] }
            """;
        var acl = Compile(Text, Alice with { EntityName = "+" });

        Assert.Equal(["read"], acl.Capabilities("kv/x/=a"));
        Assert.Equal(["sudo"], acl.Capabilities("kv/+/=a"));
        Assert.Equal(["list"], acl.Capabilities("kv/x/y"));
        Assert.Equal(["delete"], acl.Capabilities("kv/x/+"));
        Assert.Equal(["create"], acl.Capabilities("kw/+"));
    }

    private static Acl Compile(string text, PolicyTemplateValues values) => Acl.Compile([AclTesting.Policy(text)], values);
}
