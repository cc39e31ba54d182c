using System.Text.Json;
using System.Text.RegularExpressions;

namespace Coffer.Conformance.Tests.Matching;

/// <summary>What a case has saved so far, and what it was given.</summary>
internal sealed partial class Variables
{
    private readonly Dictionary<string, JsonElement> _values = [];

    public JsonElement? this[string name] => _values.TryGetValue(name, out var value) ? value : null;

    public void Set(string name, JsonElement value) => _values[name] = value.Clone();

    public void Set(string name, string value) => _values[name] = JsonSerializer.SerializeToElement(value);

    /// <summary>The text with each <c>${VAR}</c> that is set replaced; the others stay as they are.</summary>
    public string Fill(string text) => Reference().Replace(text, match =>
        _values.TryGetValue(match.Groups[1].Value, out var value) ? Text(value) : match.Value);

    /// <summary>The same in all strings and names of a document. A string that is nothing but one variable becomes its value, with its type.</summary>
    public JsonElement Fill(JsonElement value)
    {
        var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            Write(json, value);
        }

        return JsonElement.Parse(buffer.ToArray());
    }

    private void Write(Utf8JsonWriter json, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var member in value.EnumerateObject())
                {
                    json.WritePropertyName(Fill(member.Name));
                    Write(json, member.Value);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    Write(json, item);
                }

                json.WriteEndArray();
                break;
            case JsonValueKind.String:
                var text = value.GetString()!;
                var whole = Reference().Match(text);
                if (whole.Length == text.Length && whole.Success && _values.TryGetValue(whole.Groups[1].Value, out var typed))
                {
                    typed.WriteTo(json);
                }
                else
                {
                    json.WriteStringValue(Fill(text));
                }

                break;
            default:
                value.WriteTo(json);
                break;
        }
    }

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    [GeneratedRegex(@"\$\{(\w+)\}")]
    private static partial Regex Reference();
}
