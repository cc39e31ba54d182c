using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Coffer.Client;

/// <summary>
/// Reads what a server answers as Go's clients do: of a name that comes twice the last value counts, and what is no character, in UTF-8 or as half of
/// a pair of escapes, becomes U+FFFD. The runtime's own tree would throw when such a text is looked at.
/// </summary>
internal static partial class ReplyJson
{
    private const string Replacement = "\\ufffd";

    /// <summary>Null for what is no JSON.</summary>
    public static JsonNode? Parse(ReadOnlySpan<byte> body)
    {
        var text = Encoding.UTF8.GetString(body);
        if (text.Contains("\\ud", StringComparison.OrdinalIgnoreCase))
        {
            text = Escapes().Replace(text, static match => match.Length == "\\u0000".Length ? Replacement : match.Value);
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            return Tree(document.RootElement);
        }
        catch (JsonException)
        {
            // Not every reply is JSON (certificates, metrics, a proxy's error page): the bytes are still there.
            return null;
        }
    }

    private static JsonNode? Tree(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var map = new JsonObject();
                foreach (var member in element.EnumerateObject())
                {
                    map[member.Name] = Tree(member.Value);
                }

                return map;
            case JsonValueKind.Array:
                return new JsonArray([.. element.EnumerateArray().Select(Tree)]);
            case JsonValueKind.Null:
                return null;
            default:
                return JsonValue.Create(element.Clone());
        }
    }

    // A pair of escapes, half of one, or any other escape, so that the second backslash of two begins none.
    [GeneratedRegex(@"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2}|\\.")]
    private static partial Regex Escapes();
}
