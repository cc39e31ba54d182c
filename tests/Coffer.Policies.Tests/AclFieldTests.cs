using System.Text.Json;
using Coffer.Sdk.Fields;

namespace Coffer.Policies.Tests;

/// <summary>Where a path declares a field, policies compare what the field's parser makes of a value.</summary>
public sealed class AclFieldTests
{
    private static readonly Field[] Fields =
    [
        Field.Text("text", ""),
        Field.Text("word", "", "plain"),
        Field.FoldedNames("names", ""),
        Field.Integer("count", "", 5),
        Field.Decimal("rate", ""),
        Field.Boolean("flag", ""),
        Field.Duration("ttl", ""),
        Field.DurationText("lease", ""),
        Field.TextList("list", ""),
        Field.CountList("numbers", ""),
        Field.NetworkList("nets", ""),
        Field.TextMap("map", ""),
        Field.Records("records", "", Field.Integer("a", "")),
        Field.Object("object", "", Field.Duration("ttl", ""), Field.CountList("numbers", "")),
    ];

    [Theory]
    [InlineData("text", "[\"7\"]", "7", true)]
    [InlineData("text", "[\"prod\"]", "\" prod\"", false)]
    [InlineData("text", "[\"prod\"]", "\"PROD\"", false)]
    [InlineData("text", "[\"re*\"]", "\"red,blue\"", true)]
    [InlineData("names", "[\"Dev\"]", "\"DEV\"", true)]
    [InlineData("names", "[\"dev*\"]", "\"Dev1,dev2\"", true)]
    [InlineData("names", "[\"dev*\"]", "\"Dev1,root\"", false)]
    [InlineData("count", "[\"2\"]", "2", true)]
    [InlineData("count", "[2]", "\"02\"", true)]
    [InlineData("count", "[2]", "3", false)]
    [InlineData("count", "[5]", "null", false)]
    [InlineData("rate", "[\"50000\"]", "5e4", true)]
    [InlineData("flag", "[true]", "\"1\"", true)]
    [InlineData("flag", "[true]", "\"0\"", false)]
    [InlineData("ttl", "[\"1h\"]", "3600", true)]
    [InlineData("ttl", "[\"1h\"]", "\"3600.5s\"", false)]
    [InlineData("ttl", "[\"*h\"]", "\"5h\"", true)]
    [InlineData("lease", "[\"system\"]", "0", true)]
    [InlineData("list", "[\"a\", \"b\"]", "\"b, a\"", true)]
    [InlineData("list", "[\"a\"]", "[\"a\", \"b\"]", false)]
    [InlineData("list", "[\"a*\"]", "\"ab,cd\"", false)]
    [InlineData("list", "[\"a,b\"]", "[\"a\", \"b\"]", true)]
    [InlineData("list", "[\"a,b\"]", "\"a\"", false)]
    [InlineData("list", "[[\"a\", \"b\"]]", "\"a,b\"", true)]
    [InlineData("list", "[\"a\"]", "[]", false)]
    [InlineData("list", "[\"\"]", "\"\"", true)]
    [InlineData("numbers", "[\"1\", 2]", "[1, \"02\"]", true)]
    [InlineData("numbers", "[\"1\"]", "\"1,2\"", false)]
    [InlineData("nets", "[\"10.0.0.0/8\"]", "\"10.9.9.9/8\"", true)]
    [InlineData("nets", "[\"10.0.0.0/8\"]", "\"10.0.0.0/8,0.0.0.0/0\"", false)]
    [InlineData("map", "[\"a=b\"]", "{\"a\":\"b\"}", true)]
    [InlineData("map", "[\"a=b\"]", "{\"a\":\"b\",\"c\":\"d\"}", false)]
    [InlineData("map", "[\"a=*\"]", "\"a=b,c=d\"", false)]
    [InlineData("map", "[\"a=*\"]", "\"a = b\"", true)]
    [InlineData("map", "[{ a = \"b\" }]", "\"a=b\"", true)]
    [InlineData("map", "[\"a=b=c\"]", "{\"a=b\":\"c\"}", false)]
    [InlineData("map", "[\"a=*\"]", "{\"a=b\":\"c\"}", false)]
    [InlineData("records", "[[{ a = 1 }]]", "[{\"a\":1}]", true)]
    [InlineData("records", "[[{ a = 1 }]]", "[{\"a\":2}]", false)]
    [InlineData("records", "[[{ a = 1 }]]", "[]", false)]
    [InlineData("object", "[\"ttl=1h\"]", "{\"ttl\":3600}", true)]
    [InlineData("object", "[\"ttl=1h\"]", "{\"ttl\":\"2h\"}", false)]
    public void A_value_is_allowed_when_the_field_reads_it_as_one_that_is_listed(string field, string listed, string value, bool allowed)
    {
        var acl = AclTesting.Acl($"path \"x\" {{ capabilities = [\"update\"] allowed_parameters = {{ {field} = {listed} }} }}");

        Assert.Equal(allowed ? AclRefusal.None : AclRefusal.ParameterNotAllowed, Decide(acl, field, value));
    }

    [Theory]
    [InlineData("count", "[5]", "null", true)]
    [InlineData("count", "[4]", "null", false)]
    [InlineData("count", "[4]", "\"no number\"", false)]
    [InlineData("word", "[\"plain\"]", "\"\"", true)]
    [InlineData("word", "[\"plain\"]", "null", true)]
    [InlineData("list", "[\"a,b\"]", "[\"b\", \"c\", \"a\"]", true)]
    [InlineData("list", "[\"a,b\"]", "[\"a\"]", false)]
    [InlineData("list", "[\"\"]", "[]", true)]
    [InlineData("list", "[\"\"]", "[\"a\"]", false)]
    [InlineData("object", "[\"ttl=1h\"]", "{\"ttl\":\"60m\"}", true)]
    [InlineData("object", "[\"numbers=1\"]", "{\"numbers\":[2,\"01\"]}", true)]
    [InlineData("object", "[{ ttl = 3600 }]", "{\"ttl\":\"1h\",\"more\":1}", true)]
    [InlineData("object", "[\"ttl=1h\"]", "{\"TTL\":\"2h\"}", false)]
    [InlineData("object", "[\"a=b\"]", "{\"\\ud800\":\"\\ud800\"}", false)]
    public void A_value_is_denied_when_a_handler_may_read_it_as_one_that_is_listed(string field, string listed, string value, bool denied)
    {
        var acl = AclTesting.Acl($"path \"x\" {{ capabilities = [\"update\"] denied_parameters = {{ {field} = {listed} }} }}");

        Assert.Equal(denied ? AclRefusal.ParameterDenied : AclRefusal.None, Decide(acl, field, value));
    }

    private static AclRefusal Decide(Acl acl, string field, string value)
    {
        using var data = JsonDocument.Parse($"{{\"{field}\":{value}}}");
        return acl.Decide(new AclRequest("x", AclOperation.Update, data.RootElement) { Fields = [.. Fields] }).Refusal;
    }
}
