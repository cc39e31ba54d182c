using System.Text.Json;

namespace Coffer.Sdk.Replies;

/// <summary>Writes arrays of texts.</summary>
public static class JsonTexts
{
    /// <summary>A member with these texts, in their order; an empty array for none.</summary>
    public static void WriteTexts(this Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(texts);
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    /// <summary>The same, with null for none.</summary>
    public static void WriteTextsOrNull(this Utf8JsonWriter json, string name, IReadOnlyCollection<string>? texts)
    {
        ArgumentNullException.ThrowIfNull(json);
        if (texts is null or { Count: 0 })
        {
            json.WriteNull(name);
        }
        else
        {
            json.WriteTexts(name, texts);
        }
    }

    /// <summary>The same, without the member for none.</summary>
    public static void WriteAnyTexts(this Utf8JsonWriter json, string name, IReadOnlyCollection<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        if (texts.Count > 0)
        {
            json.WriteTexts(name, texts);
        }
    }
}
