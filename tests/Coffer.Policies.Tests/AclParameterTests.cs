
namespace Coffer.Policies.Tests;

public sealed class AclParameterTests
{
    [Theory]
    [InlineData("[\"red\"]", "\"red\"", true)]
    [InlineData("[\"red\"]", "\"Red\"", false)]
    [InlineData("[\"*\"]", "\"anything\"", true)]
    [InlineData("[\"*\"]", "7", false)]
    [InlineData("[\"re*\"]", "\"red\"", true)]
    [InlineData("[\"*ed\"]", "\"red\"", true)]
    [InlineData("[\"*e*\"]", "\"red\"", true)]
    [InlineData("[\"r*d\"]", "\"red\"", false)]
    [InlineData("[\"r*d\"]", "\"r*d\"", true)]
    [InlineData("[\"**\"]", "\"\"", true)]
    [InlineData("[\"\"]", "\"x\"", false)]
    [InlineData("[true]", "true", true)]
    [InlineData("[true]", "\"true\"", false)]
    [InlineData("[1]", "1", true)]
    [InlineData("[1]", "1.0", true)]
    [InlineData("[1]", "\"1\"", false)]
    [InlineData("[1.5]", "1.5", true)]
    [InlineData("[1.5]", "2", false)]
    [InlineData("[\"red\"]", "[\"red\"]", false)]
    [InlineData("[[\"red\", 1]]", "[\"red\", 1]", true)]
    [InlineData("[[\"red\", 1]]", "[1, \"red\"]", false)]
    [InlineData("[[\"red*\"]]", "[\"redder\"]", false)]
    [InlineData("[{ a = 1 }]", "{\"a\": 1}", true)]
    [InlineData("[{ a = 1 }]", "{\"a\": 1, \"b\": 2}", false)]
    [InlineData("[\"null\"]", "null", false)]
    [InlineData("[]", "null", true)]
    [InlineData("[\"a\", \"b\"]", "\"b\"", true)]
    public void A_value_is_allowed_when_it_is_listed(string listed, string value, bool allowed)
    {
        var acl = AclTesting.Acl($"path \"x\" {{ capabilities = [\"update\"] allowed_parameters = {{ Color = {listed} }} }}");

        var decision = acl.Decide(AclOperation.Update, "x", $"{{\"COLOR\": {value}}}");

        Assert.Equal(allowed ? AclRefusal.None : AclRefusal.ParameterNotAllowed, decision.Refusal);
        Assert.Equal(allowed ? null : "COLOR", decision.Parameter);
    }

    [Theory]
    [InlineData("{ \"*\" = [\"x\"] }", "{\"whatever\": 1, \"*\": 2}", AclRefusal.None)]
    [InlineData("{ \"*\" = [\"x\"], a = [1] }", "{\"whatever\": 1, \"a\": 1}", AclRefusal.None)]
    [InlineData("{ \"*\" = [], a = [1] }", "{\"a\": 2}", AclRefusal.ParameterNotAllowed)]
    [InlineData("{ a = [] }", "{\"*\": 1}", AclRefusal.ParameterNotAllowed)]
    [InlineData("{ a = [] }", "{}", AclRefusal.None)]
    [InlineData("{ a = [] }", null, AclRefusal.None)]
    [InlineData("{ a = [] }", "[1]", AclRefusal.None)]
    [InlineData("{ }", "{\"b\": 1}", AclRefusal.None)]
    [InlineData("{ a = [1] }", "{\"a\": 1, \"A\": 2}", AclRefusal.ParameterNotAllowed)]
    public void Allowed_parameters_close_the_others(string allowed, string? data, AclRefusal refusal)
    {
        var acl = AclTesting.Acl($"path \"x\" {{ capabilities = [\"update\", \"delete\", \"list\"] allowed_parameters = {allowed} }}");

        Assert.Equal(refusal, acl.Decide(AclOperation.Update, "x", data).Refusal);
        Assert.True(acl.Decide(AclOperation.Delete, "x", data).IsAllowed);
        Assert.True(acl.Decide(AclOperation.List, "x", data).IsAllowed);
    }

    [Theory]
    [InlineData("{ color = [\"red\"] }", "{\"color\": \"red\"}", "color")]
    [InlineData("{ color = [\"red\"] }", "{\"Color\": \"red\"}", "Color")]
    [InlineData("{ color = [\"red\"] }", "{\"color\": \"blue\"}", null)]
    [InlineData("{ color = [\"red\"] }", "{\"color\": [\"blue\", \"red\"]}", "color")]
    [InlineData("{ color = [\"*\"] }", "{\"color\": 7}", null)]
    [InlineData("{ color = [7] }", "{\"color\": 7}", "color")]
    [InlineData("{ color = [] }", "{\"color\": null}", "color")]
    [InlineData("{ \"*\" = [\"x\"] }", "{\"any\": 1}", "any")]
    [InlineData("{ \"*\" = [] }", "{}", null)]
    [InlineData("{ color = [\"red\"] }", "{\"data\": {\"color\": \"red\"}}", null)]
    public void A_denied_parameter_is_refused_and_named(string denied, string data, string? refused)
    {
        var acl = AclTesting.Acl($"path \"x\" {{ capabilities = [\"update\"] denied_parameters = {denied} allowed_parameters = {{ \"*\" = [] }} }}");

        var decision = acl.Decide(AclOperation.Update, "x", data);

        Assert.Equal(refused is null ? AclRefusal.None : AclRefusal.ParameterDenied, decision.Refusal);
        Assert.Equal(refused, decision.Parameter);
    }

    [Theory]
    [InlineData(AclOperation.Read, true)]
    [InlineData(AclOperation.Create, true)]
    [InlineData(AclOperation.Update, true)]
    [InlineData(AclOperation.Patch, true)]
    [InlineData(AclOperation.List, false)]
    [InlineData(AclOperation.Delete, false)]
    public void Required_parameters_count_for_reads_and_writes(AclOperation operation, bool counts)
    {
        var acl = AclTesting.Acl(
            "path \"x\" { capabilities = [\"read\", \"create\", \"update\", \"patch\", \"list\", \"delete\"] required_parameters = [\"Why\"] }");

        var without = acl.Decide(operation, "x");

        Assert.Equal(counts ? (AclRefusal.ParameterRequired, "why") : (AclRefusal.None, null), (without.Refusal, without.Parameter));
        Assert.True(acl.Decide(operation, "x", "{\"why\": null}").IsAllowed);
    }

    [Fact]
    public void Merging_adds_values_up_and_an_empty_list_wins()
    {
        var acl = AclTesting.Acl(
            "path \"x\" { capabilities = [\"update\"] allowed_parameters = { a = [1], b = [1], c = [1] } required_parameters = [\"a\"] }",
            "path \"x\" { allowed_parameters = { a = [2], b = [] } required_parameters = [\"b\", \"a\"] }",
            "path \"x\" { capabilities = [\"read\"] }");

        Assert.True(acl.Decide(AclOperation.Update, "x", "{\"a\": 1, \"b\": 9}").IsAllowed);
        Assert.True(acl.Decide(AclOperation.Update, "x", "{\"a\": 2, \"b\": 9}").IsAllowed);
        Assert.Equal("a", acl.Decide(AclOperation.Update, "x", "{\"a\": 3, \"b\": 9}").Parameter);
        Assert.Equal("c", acl.Decide(AclOperation.Update, "x", "{\"a\": 1, \"b\": 9, \"c\": 2}").Parameter);
        Assert.Equal("b", acl.Decide(AclOperation.Update, "x", "{\"a\": 1}").Parameter);
    }
}
