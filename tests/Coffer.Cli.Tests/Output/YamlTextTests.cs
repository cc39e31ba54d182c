using System.Globalization;
using System.Text.Json.Nodes;
using Coffer.Cli.Output;
using CsCheck;

namespace Coffer.Cli.Tests.Output;

public sealed class YamlTextTests
{
    private static readonly Gen<string> Texts = Gen.OneOf(
        Choice.Of("", " ", "yes", "No", "null", "~", "true", "1", "-1", "1e3", ".5", ".inf", "0x1f", "1_000", "2026-01-01", "a: b", "a:", "- a", "#x", "a #b", "*a", "&a", "!a",
            "%a", "@a", "a\nb", "a\n", "a\n\n", "\na", " a\nb", "a\n  b\n c", "---", "...", "=", "<<", "y", "on", "\t", "a\tb", "a\rb", "ä", "\u2028", "\ufeff", "\u0000", "😀", "a'b", "a\"b", "a\\b", "{}", "[]"),
        Gen.String[Gen.Char["ab:-# \n\"'\\,[]{}|>%@`?!&*01._~ä\u0085"], 0, 12],
        Gen.String[Gen.Char.AlphaNumeric, 1010, 1100]);

    private static readonly Gen<JsonNode?> Scalars = Gen.OneOf<JsonNode?>(
        Gen.Const((JsonNode?)null),
        Gen.Bool.Select(value => (JsonNode?)JsonValue.Create(value)),
        Gen.Long.Select(value => (JsonNode?)JsonValue.Create(value)),
        Choice.Of("1.50", "-0.1", "1e3", "1.5E-7", "12345678901234567890123", "0").Select(JsonNode? (number) => JsonNode.Parse(number)),
        Texts.Select(value => (JsonNode?)JsonValue.Create(value)));

    private static readonly Gen<JsonNode?> Trees = Gen.Recursive<JsonNode?>((depth, tree) => depth >= 3
        ? Scalars
        : Gen.Frequency((3, Scalars),
            (2, tree.Array[0, 4].Select(JsonNode? (items) => new JsonArray([.. items.Select(item => item?.DeepClone())]))),
            (2, Gen.Select(Texts, tree).Array[0, 4].Select(JsonNode? (pairs) => Map(pairs)))));

    /// <summary>The printer ends the text with a line break.</summary>
    [Fact]
    public void Any_value_is_read_back_as_it_was() =>
        Trees.Sample(tree => Assert.Equal(Plain(tree), Plain(YamlReader.Read(YamlText.Of(tree) + "\n"))), iter: 5_000);

    [Fact]
    public void Json_output_is_read_back_as_it_was() =>
        Trees.Sample(tree => Assert.Equal(Plain(tree), Plain(JsonNode.Parse(JsonLayout.Of(tree)))), iter: 2_000);

    [Fact]
    public void Numbers_are_not_rounded() =>
        Assert.Equal("big: 12345678901234567890123\nsmall: 1.50", YamlText.Of(JsonNode.Parse("{\"small\":1.50,\"big\":12345678901234567890123}")));

    private static JsonObject Map((string Key, JsonNode? Value)[] pairs)
    {
        var map = new JsonObject();
        foreach (var (key, value) in pairs)
        {
            map[key] = value?.DeepClone();
        }

        return map;
    }

    // Equal data has equal text: keys sorted, numbers by value.
    private static string Plain(JsonNode? node) => node switch
    {
        null => "null",
        JsonObject map => "{" + string.Join(',', map.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"<{pair.Key}>={Plain(pair.Value)}")) + "}",
        JsonArray list => "[" + string.Join(',', list.Select(Plain)) + "]",
        _ when node.GetValueKind() == System.Text.Json.JsonValueKind.Number => double.Parse(node.ToJsonString(), CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture),
        _ when node.GetValueKind() == System.Text.Json.JsonValueKind.String => $"<{node.GetValue<string>()}>",
        _ => node.ToJsonString(),
    };
}
