using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Coffer.Cli.Tests.Output;

/// <summary>
/// Reads YAML as data. YamlDotNet takes the text apart; what a bare word turns into is decided here, by the patterns of YAML 1.1, in which more words are
/// something else than text.
/// </summary>
internal sealed partial class YamlReader
{
    private readonly Parser _events;

    private YamlReader(string text) => _events = new Parser(new StringReader(text));

    /// <summary>The one document of a text.</summary>
    /// <exception cref="YamlException">It is no YAML.</exception>
    public static JsonNode? Read(string text)
    {
        var reader = new YamlReader(text);
        reader._events.Consume<StreamStart>();
        reader._events.Consume<DocumentStart>();
        var node = reader.Node();
        reader._events.Consume<DocumentEnd>();
        reader._events.Consume<StreamEnd>();
        return node;
    }

    private JsonNode? Node()
    {
        if (_events.TryConsume<Scalar>(out var scalar))
        {
            return scalar.Style == ScalarStyle.Plain ? Plain(scalar.Value) : JsonValue.Create(scalar.Value);
        }

        if (_events.TryConsume<SequenceStart>(out _))
        {
            var list = new JsonArray();
            while (!_events.TryConsume<SequenceEnd>(out _))
            {
                list.Add(Node());
            }

            return list;
        }

        _events.Consume<MappingStart>();
        var map = new JsonObject();
        while (!_events.TryConsume<MappingEnd>(out _))
        {
            var key = _events.Consume<Scalar>();
            Assert.True(key.Style != ScalarStyle.Plain || Plain(key.Value) is JsonValue value && value.TryGetValue<string>(out _), $"the key {key.Value} is no text");
            map.Add(key.Value, Node());
        }

        return map;
    }

    private static JsonNode? Plain(string word) =>
        Null().IsMatch(word) ? null
        : Boolean().IsMatch(word) ? JsonValue.Create(word is "true" ? true : word is "false" ? false : throw new FormatException($"{word} is a boolean of YAML 1.1 only"))
        : JsonNumber().IsMatch(word) ? JsonNode.Parse(word)
        : OtherType().IsMatch(word) ? throw new FormatException($"{word} is a number, a time or a merge key of YAML 1.1")
        : JsonValue.Create(word);

    [GeneratedRegex(@"\A(?:~|null|Null|NULL|)\z")]
    private static partial Regex Null();

    [GeneratedRegex(@"\A(?:y|n|yes|no|true|false|on|off)\z", RegexOptions.IgnoreCase)]
    private static partial Regex Boolean();

    [GeneratedRegex(@"\A-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?\z")]
    private static partial Regex JsonNumber();

    [GeneratedRegex(@"\A(?:[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?|[-+]?\.[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?|[-+]?0[xbo][0-9a-fA-F_]+|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?|[-+]?\.(?:inf|nan)|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*|<<|=)\z", RegexOptions.IgnoreCase)]
    private static partial Regex OtherType();
}
