using System.Text.Json;

namespace Coffer.Conformance.Tests.Matching;

public class MatcherTests
{
    [Theory]
    // A value is itself.
    [InlineData("""{"a":1}""", """{"a":1}""", true)]
    [InlineData("""{"a":1}""", """{"a":1.0}""", true)]
    [InlineData("""{"a":1}""", """{"a":2}""", false)]
    [InlineData("""{"a":1}""", """{"a":"1"}""", false)]
    [InlineData("""{"a":1}""", """{"a":true}""", false)]
    [InlineData("""{"a":"x"}""", """{"a":"y"}""", false)]
    [InlineData("""{"a":true}""", """{"a":false}""", false)]
    [InlineData("""{"a":"\u00e9"}""", """{"a":"é"}""", true)]
    [InlineData("""{"a":12345678901234567890}""", """{"a":12345678901234567890}""", true)]
    // More members than recorded are fine, fewer are not.
    [InlineData("""{"a":1}""", """{"a":1,"b":2}""", true)]
    [InlineData("""{"a":1,"b":2}""", """{"a":1}""", false)]
    [InlineData("""{"a":{"b":1}}""", """{"a":{"b":1,"c":2}}""", true)]
    [InlineData("""{"a":{"b":1}}""", """{"a":{"c":1}}""", false)]
    // What was recorded empty may be missing, or empty in another way.
    [InlineData("""{"a":null}""", "{}", true)]
    [InlineData("""{"a":""}""", "{}", true)]
    [InlineData("""{"a":0}""", "{}", true)]
    [InlineData("""{"a":false}""", "{}", true)]
    [InlineData("""{"a":[]}""", "{}", true)]
    [InlineData("""{"a":{}}""", "{}", true)]
    [InlineData("""{"a":{"$is":"null"}}""", "{}", true)]
    [InlineData("""{"a":{"$is":"string"}}""", "{}", false)]
    [InlineData("""{"a":{"$is":"any"}}""", "{}", false)]
    [InlineData("""{"a":{"$near":3600}}""", "{}", false)]
    [InlineData("""{"a":null}""", """{"a":""}""", true)]
    [InlineData("""{"a":null}""", """{"a":[]}""", true)]
    [InlineData("""{"a":null}""", """{"a":{}}""", true)]
    [InlineData("""{"a":0}""", """{"a":null}""", true)]
    [InlineData("""{"a":""}""", """{"a":false}""", true)]
    [InlineData("""{"a":null}""", """{"a":1}""", false)]
    [InlineData("""{"a":false}""", """{"a":true}""", false)]
    [InlineData("""{"a":""}""", """{"a":"x"}""", false)]
    // A list or an object that is there has to be one.
    [InlineData("""{"a":[]}""", """{"a":null}""", false)]
    [InlineData("""{"a":{}}""", """{"a":null}""", false)]
    [InlineData("""{"a":[]}""", """{"a":[1]}""", false)]
    [InlineData("""{"a":{}}""", """{"a":{"b":1}}""", true)]
    [InlineData("""{"a":{"b":1}}""", """{"a":[1]}""", false)]
    // Lists are ordered.
    [InlineData("""["a","b"]""", """["a","b"]""", true)]
    [InlineData("""["a","b"]""", """["b","a"]""", false)]
    [InlineData("""["a"]""", """["a","b"]""", false)]
    [InlineData("""[{"$is":"uuid"}]""", """["x"]""", true)]
    public void Body_is_compared(string want, string got, bool same) => Assert.Equal(same, Compare(want, got).Length == 0);

    [Theory]
    [InlineData("string", "\"x\"", true)]
    [InlineData("string", "\"3a7bd3e2-360a-3b29-a1f1-1d8b6e8e3f1a\"", true)]
    [InlineData("string", "\"2024-01-01T00:00:00Z\"", true)]
    [InlineData("string", "1", false)]
    [InlineData("string", "null", false)]
    [InlineData("uuid", "\"anything\"", true)]
    [InlineData("uuid", "1", false)]
    [InlineData("time", "\"2024-01-01T00:00:00.123Z\"", true)]
    [InlineData("time", "\"yesterday\"", false)]
    [InlineData("number", "1", true)]
    [InlineData("number", "1.5", true)]
    [InlineData("number", "\"1\"", false)]
    [InlineData("number", "true", false)]
    [InlineData("bool", "true", true)]
    [InlineData("bool", "0", false)]
    [InlineData("list", "[]", true)]
    [InlineData("list", "{}", false)]
    [InlineData("object", "{}", true)]
    [InlineData("object", "[]", false)]
    [InlineData("null", "null", true)]
    [InlineData("null", "\"x\"", true)]
    [InlineData("any", "null", true)]
    [InlineData("any", "[1]", true)]
    public void Kind_is_matched(string kind, string got, bool same) =>
        Assert.Equal(same, Compare($$"""{ "a": { "$is": "{{kind}}" } }""", $$"""{ "a": {{got}} }""").Length == 0);

    [Fact]
    public void A_kind_that_does_not_exist_is_a_mistake_in_the_recording() =>
        Assert.Throws<InvalidDataException>(() => Compare("""{"$is":"strnig"}""", "1"));

    [Theory]
    [InlineData("3600", true)]
    [InlineData("3585", true)]
    [InlineData("3615", true)]
    [InlineData("3584", false)]
    [InlineData("3616", false)]
    [InlineData("\"3600\"", false)]
    [InlineData("true", false)]
    [InlineData("null", false)]
    public void Near_is_within_fifteen(string got, bool same) => Assert.Equal(same, Compare("""{"$near":3600}""", got).Length == 0);

    [Theory]
    [InlineData("3570", true)]
    [InlineData("3569", false)]
    [InlineData("3616", false)]
    public void What_is_left_may_be_less_by_as_long_as_the_case_has_run(string got, bool same) => Assert.Equal(
        same,
        !new Matcher(Set([]), Set([])) { Elapsed = TimeSpan.FromSeconds(30) }.Differences(JsonElement.Parse("""{"$near":3600}"""), JsonElement.Parse(got)).Any());

    [Fact]
    public void The_order_of_a_list_does_not_count_where_the_step_says_so()
    {
        Assert.Empty(Compare("""{"data":{"keys":["a","b","b"]}}""", """{"data":{"keys":["b","a","b"]}}""", unordered: ["data.keys"]));
        Assert.Single(Compare("""{"data":{"keys":["a","b","b"]}}""", """{"data":{"keys":["a","a","b"]}}""", unordered: ["data.keys"]));
        Assert.Single(Compare("""{"data":{"keys":["a","b"]}}""", """{"data":{"keys":["b"]}}""", unordered: ["data.keys"]));
        Assert.NotEmpty(Compare("""{"data":{"keys":["a","b"]}}""", """{"data":{"keys":["b","a"]}}""", unordered: ["data.other"]));
    }

    [Fact]
    public void Ignored_parts_do_not_count()
    {
        Assert.Empty(Compare("""{"a":{"b":1}}""", """{"a":{"b":2}}""", ignored: ["a.b"]));
        Assert.Empty(Compare("""{"a":{"b":1}}""", """{"a":{}}""", ignored: ["a.b"]));
        Assert.Empty(Compare("""{"a":[1,2]}""", """{"a":[1,3]}""", ignored: ["a.1"]));
        Assert.Empty(Compare("""{"a":1}""", "[]", ignored: ["."]));
        Assert.Single(Compare("""{"a":{"b":1,"c":1}}""", """{"a":{"b":2,"c":2}}""", ignored: ["a.b"]));
    }

    [Fact]
    public void A_difference_names_its_place_what_was_wanted_and_what_came()
    {
        Assert.Equal(["data.keys.1: want \"b\", got \"c\""], Compare("""{"data":{"keys":["a","b"]}}""", """{"data":{"keys":["a","c"]}}"""));
        Assert.Equal(["data.ttl: missing, want 5"], Compare("""{"data":{"ttl":5}}""", """{"data":{}}"""));
        Assert.Equal([".: want an object, got nothing"], new Matcher(Set([]), Set([])).Differences(JsonElement.Parse("{}"), default));
    }

    [Fact]
    public void All_differences_are_told() => Assert.Equal(3, Compare("""{"a":1,"b":2,"c":3}""", """{"a":0,"b":0}""").Length);

    private static string[] Compare(string want, string got, string[]? ignored = null, string[]? unordered = null) =>
        [.. new Matcher(Set(ignored ?? []), Set(unordered ?? [])).Differences(JsonElement.Parse(want), JsonElement.Parse(got))];

    private static HashSet<string> Set(string[] names) => [.. names];
}
