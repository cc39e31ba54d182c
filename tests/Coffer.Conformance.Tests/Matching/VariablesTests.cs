using System.Text.Json;

namespace Coffer.Conformance.Tests.Matching;

public class VariablesTests
{
    [Theory]
    [InlineData("auth/${name}/x", "auth/kim/x")]
    [InlineData("${name}${name}", "kimkim")]
    [InlineData("${unknown}", "${unknown}")]
    [InlineData("$name {name}", "$name {name}")]
    [InlineData("ttl=${ttl}", "ttl=30")]
    public void Text_is_filled(string text, string filled) => Assert.Equal(filled, Given().Fill(text));

    [Theory]
    [InlineData("""{"a":"${ttl}"}""", """{"a":30}""")]
    [InlineData("""{"a":"${list}"}""", """{"a":["x","y"]}""")]
    [InlineData("""{"a":"${ttl}s"}""", """{"a":"30s"}""")]
    [InlineData("""{"${name}":[{"b":"at ${name}"}]}""", """{"kim":[{"b":"at kim"}]}""")]
    [InlineData("""{"a":"${unknown}","n":1.50,"t":true,"z":null}""", """{"a":"${unknown}","n":1.50,"t":true,"z":null}""")]
    public void Document_is_filled_and_a_lone_variable_keeps_its_type(string document, string filled) =>
        Assert.Equal(filled, Given().Fill(JsonElement.Parse(document)).GetRawText());

    [Fact]
    public void A_value_that_looks_like_a_variable_is_not_filled_again()
    {
        var variables = Given();
        variables.Set("trick", "${name}");

        Assert.Equal("${name}", variables.Fill("${trick}"));
    }

    private static Variables Given()
    {
        var variables = new Variables();
        variables.Set("name", "kim");
        variables.Set("ttl", JsonElement.Parse("30"));
        variables.Set("list", JsonElement.Parse("""["x","y"]"""));
        return variables;
    }
}
