using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Coffer.Secrets.Aws;

/// <summary>Policy documents as text: what an operator wrote keeps its order, its numbers, its escapes and its duplicates.</summary>
internal static class PolicyText
{
    private static readonly SearchValues<char> WhiteSpace = SearchValues.Create(" \t\r\n");

    /// <summary>The same JSON object without white space between its tokens; null when it is no JSON object.</summary>
    public static string? Compact(string json)
    {
        if (!IsObject(Encoding.UTF8.GetBytes(json)))
        {
            return null;
        }

        var text = new StringBuilder(json.Length);
        var quoted = false;
        for (var at = 0; at < json.Length; at++)
        {
            var letter = json[at];
            if (!quoted && WhiteSpace.Contains(letter))
            {
                continue;
            }

            text.Append(letter);
            if (quoted && letter == '\\')
            {
                text.Append(json[++at]);
            }
            else if (letter == '"')
            {
                quoted = !quoted;
            }
        }

        return text.ToString();
    }

    /// <summary>Length as AWS counts it against its limits: white space does not count.</summary>
    public static int CountedChars(string document) => document.Count(letter => !WhiteSpace.Contains(letter));

    /// <summary>Appends a statement to a policy document.</summary>
    /// <returns>False when the document has no single <c>Statement</c> to append to: AWS will say what is wrong with it.</returns>
    public static bool TryAppend(string document, string statement, out string extended)
    {
        extended = "";
        var utf8 = Encoding.UTF8.GetBytes(document);
        if (!IsObject(utf8) || FindStatement(utf8) is not { } found)
        {
            return false;
        }

        var before = Encoding.UTF8.GetString(utf8, 0, found.Start);
        var middle = Encoding.UTF8.GetString(utf8, found.Start, found.End - found.Start);
        var after = Encoding.UTF8.GetString(utf8, found.End, utf8.Length - found.End);
        var inner = middle[0] == '[' ? middle[1..^1].Trim() : middle;
        extended = $"{before}[{inner}{(inner.Length > 0 ? "," : "")}{statement}]{after}";
        return true;
    }

    private static bool IsObject(byte[] utf8)
    {
        var reader = new Utf8JsonReader(utf8);
        try
        {
            var isObject = reader.Read() && reader.TokenType == JsonTokenType.StartObject;
            while (reader.Read())
            {
            }

            return isObject;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Where the value of the only top-level member <c>Statement</c> begins, when it is a list or an object.</summary>
    private static (int Start, int End)? FindStatement(byte[] utf8)
    {
        var reader = new Utf8JsonReader(utf8);
        reader.Read();
        (int Start, int End)? found = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isStatement = reader.ValueTextEquals("Statement"u8);
            reader.Read();
            if (isStatement && (found is not null || reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.StartObject)))
            {
                return null;
            }

            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            found = isStatement ? (start, (int)reader.BytesConsumed) : found;
        }

        return found;
    }
}
