namespace Coffer.Sdk.Fields;

/// <summary>Blanks and slashes at the ends of a text, which many handlers drop.</summary>
public static class TextEnds
{
    /// <summary>Without them at both ends.</summary>
    public static string Trim(string text) => TrimStart(TrimEnd(text));

    /// <summary>Without them at its start.</summary>
    public static string TrimStart(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var start = 0;
        while (start < text.Length && IsDropped(text[start]))
        {
            start++;
        }

        return text[start..];
    }

    /// <summary>Without them at its end.</summary>
    public static string TrimEnd(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var end = text.Length;
        while (end > 0 && IsDropped(text[end - 1]))
        {
            end--;
        }

        return text[..end];
    }

    private static bool IsDropped(char character) => character == '/' || char.IsWhiteSpace(character);
}
