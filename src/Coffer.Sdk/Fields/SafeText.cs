using System.Text.Json;

namespace Coffer.Sdk.Fields;

/// <summary>Texts out of JSON that may hold half of a surrogate pair, which a store of secrets keeps as it is. Such a text is its escaped form.</summary>
public static class SafeText
{
    /// <summary>A string's text.</summary>
    public static string Of(JsonElement text)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair alone: the reader has no other way to say so.
            return text.GetRawText();
        }
    }

    /// <summary>A member's name.</summary>
    public static string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            // As above.
            return property.ToString();
        }
    }
}
