using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Coffer.Cli.Output;

/// <summary>
/// JSON as <c>-format=json</c> prints it: two spaces, each member and item on a line of its own, numbers untouched, characters such as &lt; and &amp;
/// as they are.
/// </summary>
internal static class JsonLayout
{
    private const string Step = "  ";

    /// <summary>The text, maps below the top sorted by key.</summary>
    public static string Of(JsonNode? node)
    {
        var text = new StringBuilder();
        Append(text, node, "\n", sorted: false);
        return text.ToString();
    }

    // The runtime's own writer does not indent numbers that it is given as text, and any other way would change their spelling.
    private static void Append(StringBuilder text, JsonNode? node, string newLine, bool sorted)
    {
        switch (node)
        {
            case JsonArray { Count: > 0 } array:
                AppendAll(text, '[', array, ']', newLine, static (text, item, inner) => Append(text, item, inner, sorted: true));
                break;
            case JsonObject { Count: > 0 } map:
                var members = sorted ? map.OrderBy(pair => pair.Key, StringComparer.Ordinal) : map.AsEnumerable();
                AppendAll(text, '{', members, '}', newLine, static (text, member, inner) =>
                {
                    AppendString(text, member.Key);
                    text.Append(": ");
                    Append(text, member.Value, inner, sorted: true);
                });
                break;
            case null:
                text.Append("null");
                break;
            case JsonValue when node.GetValueKind() == JsonValueKind.String:
                AppendString(text, node.GetValue<string>());
                break;
            default:
                text.Append(node.ToJsonString());
                break;
        }
    }

    private static void AppendAll<T>(StringBuilder text, char open, IEnumerable<T> items, char close, string newLine, Action<StringBuilder, T, string> append)
    {
        var inner = newLine + Step;
        var separator = "";
        text.Append(open);
        foreach (var item in items)
        {
            text.Append(separator).Append(inner);
            append(text, item, inner);
            separator = ",";
        }

        text.Append(newLine).Append(close);
    }

    private static void AppendString(StringBuilder text, string value) =>
        text.Append('"').Append(JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(value)).Append('"');
}
