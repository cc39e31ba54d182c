using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.Text;

namespace Coffer.Cli.Output;

/// <summary>Values in tables as Vault prints them: <c>&lt;nil&gt;</c>, <c>[a b]</c>, <c>map[k:v]</c>; numbers as they came over the wire.</summary>
internal static class GoValue
{
    public static string Of(JsonNode? node)
    {
        var text = new StringBuilder();
        Append(text, node);
        return text.ToString();
    }

    /// <summary>A list of strings, each in quotes: <c>["default" "dev"]</c>.</summary>
    public static string QuotedList(JsonNode? list) =>
        "[" + string.Join(' ', (list as JsonArray ?? []).Select(item => GoText.Quote(Of(item)))) + "]";

    private static void Append(StringBuilder text, JsonNode? node)
    {
        switch (node)
        {
            case null:
                text.Append("<nil>");
                break;
            case JsonArray array:
                text.Append('[');
                for (var i = 0; i < array.Count; i++)
                {
                    text.Append(i == 0 ? "" : " ");
                    Append(text, array[i]);
                }

                text.Append(']');
                break;
            case JsonObject map:
                text.Append("map[");
                var first = true;
                foreach (var (key, value) in map.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                {
                    text.Append(first ? "" : " ").Append(key).Append(':');
                    first = false;
                    Append(text, value);
                }

                text.Append(']');
                break;
            default:
                text.Append(node.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : node.ToJsonString());
                break;
        }
    }
}
