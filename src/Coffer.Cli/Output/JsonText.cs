using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Coffer.Cli.Output;

/// <summary>JSON as <c>-format=json</c> prints it: two spaces, numbers untouched, characters such as &lt; and &amp; as they are.</summary>
internal static class JsonText
{
    private static readonly JsonWriterOptions Options = new()
    {
        Indented = true,
        IndentSize = 2,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The text, maps below the top sorted by key.</summary>
    public static string Of(JsonNode? node)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Options))
        {
            Write(writer, node, sorted: false);
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static void Write(Utf8JsonWriter writer, JsonNode? node, bool sorted)
    {
        switch (node)
        {
            case null:
                writer.WriteNullValue();
                break;
            case JsonArray array:
                writer.WriteStartArray();
                foreach (var item in array)
                {
                    Write(writer, item, sorted: true);
                }

                writer.WriteEndArray();
                break;
            case JsonObject map:
                writer.WriteStartObject();
                foreach (var (key, value) in sorted ? map.OrderBy(pair => pair.Key, StringComparer.Ordinal) : map.AsEnumerable())
                {
                    writer.WritePropertyName(key);
                    Write(writer, value, sorted: true);
                }

                writer.WriteEndObject();
                break;
            case JsonValue number when number.GetValueKind() == JsonValueKind.Number:
                writer.WriteRawValue(number.ToJsonString());
                break;
            default:
                node.WriteTo(writer);
                break;
        }
    }
}
