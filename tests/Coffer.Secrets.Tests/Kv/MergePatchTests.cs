using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.Secrets.Kv;
using CsCheck;

namespace Coffer.Secrets.Tests.Kv;

public sealed class MergePatchTests
{
    // RFC 7396 appendix A, all 15 rows.
    [Theory]
    [InlineData("""{"a":"b"}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"b":"c"}""", """{"a":"b","b":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"a":null}""", """{}""")]
    [InlineData("""{"a":"b","b":"c"}""", """{"a":null}""", """{"b":"c"}""")]
    [InlineData("""{"a":["b"]}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"c"}""", """{"a":["b"]}""", """{"a":["b"]}""")]
    [InlineData("""{"a":{"b":"c"}}""", """{"a":{"b":"d","c":null}}""", """{"a":{"b":"d"}}""")]
    [InlineData("""{"a":[{"b":"c"}]}""", """{"a":[1]}""", """{"a":[1]}""")]
    [InlineData("""["a","b"]""", """["c","d"]""", """["c","d"]""")]
    [InlineData("""{"a":"b"}""", """["c"]""", """["c"]""")]
    [InlineData("""{"a":"foo"}""", "null", "null")]
    [InlineData("""{"a":"foo"}""", "\"bar\"", "\"bar\"")]
    [InlineData("""{"e":null}""", """{"a":1}""", """{"e":null,"a":1}""")]
    [InlineData("[1,2]", """{"a":"b","c":null}""", """{"a":"b"}""")]
    [InlineData("{}", """{"a":{"bb":{"ccc":null}}}""", """{"a":{"bb":{}}}""")]
    public void Patching_gives_the_results_of_the_rfcs_table(string target, string patch, string result) =>
        Assert.Equal(result, Apply(target, patch));

    [Theory]
    [InlineData("""{"n":1.50,"s":"\u0041"}""", """{"m":1E+2}""", """{"n":1.50,"s":"\u0041","m":1E+2}""")]
    [InlineData("""{"\u0061":1}""", """{"a":2}""", """{"\u0061":2}""")]
    [InlineData("""{"big":12345678901234567890}""", """{ "x" : [ 1, "a b" ] }""", """{"big":12345678901234567890,"x":[1,"a b"]}""")]
    public void What_is_not_touched_keeps_its_spelling(string target, string patch, string result) =>
        Assert.Equal(result, Apply(target, patch));

    [Fact]
    public void Of_a_repeated_name_the_last_value_counts() =>
        Assert.Equal("""{"a":3,"b":{"x":2}}""", Apply("""{"a":1,"b":{"x":1},"a":2}""", """{"a":null,"b":{"x":2},"a":3}"""));

    [Fact]
    public void A_name_that_is_no_text_is_matched_by_its_spelling() =>
        Assert.Equal("""{"\ud83d":2}""", Apply("""{"\ud83d":1}""", """{"\ud83d":2}"""));

    [Fact]
    public void Patching_agrees_with_the_rfcs_own_algorithm() =>
        Gen.Select(Objects(3), Objects(3)).Sample((target, patch) =>
        {
            var expected = Reference(JsonNode.Parse(target), JsonNode.Parse(patch));
            return JsonNode.DeepEquals(expected, JsonNode.Parse(Apply(target, patch)));
        });

    [Fact]
    public void Applying_a_patch_twice_changes_nothing_more() =>
        Gen.Select(Objects(3), Objects(3)).Sample((target, patch) => Apply(target, patch) == Apply(Apply(target, patch), patch));

    private static string Apply(string target, string patch)
    {
        using var before = JsonDocument.Parse(target);
        using var change = JsonDocument.Parse(patch);
        return Encoding.UTF8.GetString(MergePatch.Apply(before.RootElement, change.RootElement));
    }

    /// <summary>RFC 7396 section 2, word for word on trees.</summary>
    private static JsonNode? Reference(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject changes)
        {
            return patch?.DeepClone();
        }

        var result = target is JsonObject members ? (JsonObject)members.DeepClone() : [];
        foreach (var (name, value) in changes)
        {
            if (value is null)
            {
                result.Remove(name);
            }
            else
            {
                result[name] = Reference(result[name], value);
            }
        }

        return result;
    }

    private static Gen<string> Of(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(index => texts[index]);

    private static Gen<string> Objects(int depth)
    {
        var leaf = Of("null", "1", "2.50", "\"x\"", "[1,{\"a\":null}]", "{}");
        var value = depth == 0 ? leaf : Gen.OneOf(leaf, Objects(depth - 1));
        return Gen.Dictionary(Of("a", "b", "c", "d"), value)[0, 4].Select(
            members => $"{{{string.Join(',', members.Select(member => $"\"{member.Key}\":{member.Value}"))}}}");
    }
}
