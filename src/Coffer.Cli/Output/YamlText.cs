using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Coffer.Cli.Output;

/// <summary>
/// YAML as <c>-format=yaml</c> prints it: maps sorted, lists not indented under their key. A string is written bare only if no YAML
/// reader, 1.1 or 1.2, could take it for anything else; many lines become a literal block, all else is in double quotes.
/// </summary>
internal static class YamlText
{
    // YAML lets a key without "? " have 1024 characters.
    private const int ImplicitKeyMax = 1000;

    private static readonly string[] Reserved =
    [
        "null", "true", "false", "yes", "no", "on", "off", "y", "n",
    ];

    public static string Of(JsonNode? node)
    {
        var text = new StringBuilder();
        switch (node)
        {
            case JsonObject { Count: > 0 } map:
                AppendMap(text, map, 0, firstOnLine: false);
                break;
            case JsonArray { Count: > 0 } list:
                AppendList(text, list, 0);
                break;
            default:
                AppendScalar(text, node, 0);
                text.Append('\n');
                break;
        }

        return text.ToString().TrimEnd('\n');
    }

    private static void AppendMap(StringBuilder text, JsonObject map, int indent, bool firstOnLine)
    {
        foreach (var (key, value) in map.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            text.Append(' ', firstOnLine ? 0 : indent);
            firstOnLine = false;
            var name = IsPlain(key) ? key : Quoted(key);
            if (name.Length > ImplicitKeyMax)
            {
                text.Append("? ").Append(name).Append('\n').Append(' ', indent);
            }
            else
            {
                text.Append(name);
            }

            text.Append(':');
            switch (value)
            {
                case JsonObject { Count: > 0 } inner:
                    text.Append('\n');
                    AppendMap(text, inner, indent + 2, firstOnLine: false);
                    break;
                case JsonArray { Count: > 0 } list:
                    text.Append('\n');
                    AppendList(text, list, indent);
                    break;
                default:
                    text.Append(' ');
                    AppendScalar(text, value, indent);
                    text.Append('\n');
                    break;
            }
        }
    }

    private static void AppendList(StringBuilder text, JsonArray list, int indent)
    {
        foreach (var item in list)
        {
            text.Append(' ', indent).Append("- ");
            switch (item)
            {
                case JsonObject { Count: > 0 } map:
                    AppendMap(text, map, indent + 2, firstOnLine: true);
                    break;
                case JsonArray { Count: > 0 } inner:
                    text.Length -= 1;
                    text.Append('\n');
                    AppendList(text, inner, indent + 2);
                    break;
                default:
                    AppendScalar(text, item, indent);
                    text.Append('\n');
                    break;
            }
        }
    }

    private static void AppendScalar(StringBuilder text, JsonNode? node, int indent)
    {
        switch (node)
        {
            case null:
                text.Append("null");
                break;
            case JsonObject:
                text.Append("{}");
                break;
            case JsonArray:
                text.Append("[]");
                break;
            default:
                if (node.GetValueKind() == JsonValueKind.String)
                {
                    AppendString(text, node.GetValue<string>(), indent);
                }
                else
                {
                    var json = node.ToJsonString();
                    text.Append(node.GetValueKind() == JsonValueKind.Number ? Number(json) : json);
                }

                break;
        }
    }

    // YAML 1.1 takes 1e3 for a string: it wants a point and a signed exponent.
    private static string Number(string json)
    {
        var exponent = json.IndexOfAny(['e', 'E']);
        if (exponent < 0)
        {
            return json;
        }

        var mantissa = json[..exponent];
        var power = json[(exponent + 1)..];
        return (mantissa.Contains('.', StringComparison.Ordinal) ? mantissa : mantissa + ".0")
            + "e" + (power[0] is '+' or '-' ? "" : "+") + power;
    }

    private static void AppendString(StringBuilder text, string value, int indent)
    {
        if (IsPlain(value))
        {
            text.Append(value);
        }
        else if (IsBlock(value))
        {
            var ended = value[^1] == '\n';
            text.Append(ended ? "|" : "|-");
            foreach (var line in (ended ? value[..^1] : value).Split('\n'))
            {
                text.Append('\n');
                if (line.Length > 0)
                {
                    text.Append(' ', indent + 2).Append(line);
                }
            }
        }
        else
        {
            text.Append(Quoted(value));
        }
    }

    private static bool IsBlock(string value) =>
        value.Contains('\n', StringComparison.Ordinal)
        && value[0] is not (' ' or '\n')
        && !value.EndsWith("\n\n", StringComparison.Ordinal)
        && value.All(letter => letter == '\n' || (letter is >= ' ' and <= '~'));

    private static bool IsPlain(string value)
    {
        if (value.Length == 0 || (!char.IsAsciiLetter(value[0]) && value[0] is not ('/' or '_')) || value[^1] is ' ' or ':')
        {
            return false;
        }

        foreach (var letter in value)
        {
            if (!char.IsAsciiLetterOrDigit(letter) && !"/_.-+=@ :".Contains(letter, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return !value.Contains(": ", StringComparison.Ordinal)
            && !Reserved.Contains(value, StringComparer.OrdinalIgnoreCase);
    }

    private static string Quoted(string value)
    {
        var text = new StringBuilder("\"");
        foreach (var letter in value)
        {
            text.Append(letter switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                >= ' ' and <= '~' => letter.ToString(),
                _ when char.IsSurrogate(letter) => letter.ToString(),
                >= '\u00a0' and not ('\u2028' or '\u2029' or '\ufeff' or '\ufffe' or '\uffff') => letter.ToString(),
                _ => "\\u" + ((int)letter).ToString("x4", CultureInfo.InvariantCulture),
            });
        }

        return text.Append('"').ToString();
    }
}
