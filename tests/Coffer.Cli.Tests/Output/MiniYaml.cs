using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Coffer.Cli.Tests.Output;

/// <summary>
/// Reads the part of YAML that the writer may use, by the rules of YAML 1.1 (the touchier version): what a bare word turns into is decided by
/// its patterns, not by the writer's. Anything outside the part is an error.
/// </summary>
internal sealed class MiniYaml(string text)
{
    private readonly string[] _lines = text.Split('\n');
    private int _line;

    public static JsonNode? Read(string text)
    {
        var reader = new MiniYaml(text);
        var node = reader.Node(0);
        return reader._line == reader._lines.Length ? node : throw new FormatException($"line {reader._line + 1} was not read: {reader._lines[reader._line]}");
    }

    private string Current => _lines[_line];

    private int Indent => Current.Length - Current.TrimStart(' ').Length;

    private JsonNode? Node(int indent)
    {
        var content = Current[indent..];
        if (content.StartsWith("- ", StringComparison.Ordinal) || content == "-")
        {
            return List(indent);
        }

        return KeyOf(content) is not null || content.StartsWith("? ", StringComparison.Ordinal) ? Map(indent) : Scalar(content, indent - 2);
    }

    private JsonArray List(int indent)
    {
        var list = new JsonArray();
        while (_line < _lines.Length && Indent == indent && (Current[indent..].StartsWith("- ", StringComparison.Ordinal) || Current[indent..] == "-"))
        {
            if (Current.Length == indent + 1)
            {
                _line++;
                list.Add(Node(Indent > indent ? Indent : throw new FormatException("empty item")));
                continue;
            }

            // The item's own content starts two columns further in.
            _lines[_line] = new string(' ', indent + 2) + Current[(indent + 2)..];
            list.Add(Node(indent + 2));
        }

        return list;
    }

    private JsonObject Map(int indent)
    {
        var map = new JsonObject();
        while (_line < _lines.Length && Indent == indent && !Current[indent..].StartsWith("- ", StringComparison.Ordinal))
        {
            var content = Current[indent..];
            string key;
            string rest;
            if (content.StartsWith("? ", StringComparison.Ordinal))
            {
                key = KeyText(content[2..]);
                _line++;
                rest = Current[indent..].StartsWith(':') ? Current[(indent + 1)..] : throw new FormatException("no value for an explicit key");
            }
            else
            {
                var (name, length) = KeyOf(content) ?? throw new FormatException($"not a key: {content}");
                if (length > 1024)
                {
                    throw new FormatException("implicit key too long");
                }

                (key, rest) = (KeyText(name), content[(length + 1)..]);
            }

            map.Add(key, Value(rest, indent));
        }

        return map;
    }

    private JsonNode? Value(string rest, int indent)
    {
        if (rest.Length > 0)
        {
            return rest[0] == ' ' ? Scalar(rest[1..], indent) : throw new FormatException("no blank after a colon");
        }

        _line++;
        return Indent > indent || (Indent == indent && Current[indent..].StartsWith('-'))
            ? Node(Indent)
            : throw new FormatException("empty value");
    }

    private JsonNode? Scalar(string content, int indent)
    {
        _line++;
        if (content is "|" or "|-")
        {
            return Block(content == "|", indent);
        }

        if (content.StartsWith('"'))
        {
            return JsonValue.Create(Unquote(content));
        }

        return content switch
        {
            "{}" => new JsonObject(),
            "[]" => new JsonArray(),
            _ => Plain(content),
        };
    }

    private JsonValue Block(bool ended, int indent)
    {
        var lines = new List<string>();
        var width = Indent > indent ? Indent : throw new FormatException("a block must be indented");
        while (_line < _lines.Length && (Current.Length == 0 || Indent >= width))
        {
            lines.Add(Current.Length == 0 ? "" : Current[width..]);
            _line++;
        }

        return JsonValue.Create(string.Join('\n', lines).TrimEnd('\n') + (ended ? "\n" : ""));
    }

    private static JsonNode? Plain(string content)
    {
        if (content is "null" or "Null" or "NULL" or "~" or "")
        {
            return null;
        }

        if (Regex.IsMatch(content, "^(y|Y|yes|Yes|YES|on|On|ON|true|True|TRUE|n|N|no|No|NO|off|Off|OFF|false|False|FALSE)$"))
        {
            return content is "true" or "false" ? JsonValue.Create(content == "true") : throw new FormatException($"ambiguous boolean {content}");
        }

        if (Regex.IsMatch(content, @"^[-+]?(0|[1-9][0-9_]*)$") || Regex.IsMatch(content, @"^[-+]?([0-9][0-9_]*)\.[0-9_]*([eE][-+][0-9]+)?$"))
        {
            return JsonNode.Parse(content);
        }

        if (Regex.IsMatch(content, @"^[-+.0-9]") || Regex.IsMatch(content, "^[,\\[\\]{}#&*!|>'\"%@`?:]") || content.Contains(" #", StringComparison.Ordinal)
            || content.Contains(": ", StringComparison.Ordinal) || content.EndsWith(':') || content.Trim() != content || content is "=" or "<<")
        {
            throw new FormatException($"not a bare word: {content}");
        }

        return content.Any(letter => letter is < ' ' or > '~') ? throw new FormatException("bare special character") : JsonValue.Create(content);
    }

    private static string KeyText(string name)
    {
        var key = name.StartsWith('"') ? JsonValue.Create(Unquote(name)) : Plain(name);
        return key is JsonValue value && value.TryGetValue<string>(out var text) ? text : throw new FormatException($"the key {name} is not text");
    }

    // The key at the start of a line and its length; null when the line has none.
    private static (string Name, int Length)? KeyOf(string content)
    {
        var end = content.StartsWith('"') ? Regex.Match(content, "^\"(\\\\.|[^\"\\\\])*\"").Length : Regex.Match(content, "^.*?(?=:( |$))").Length;
        return end > 0 && end < content.Length && content[end] == ':' && (end + 1 == content.Length || content[end + 1] == ' ') ? (content[..end], end) : null;
    }

    private static string Unquote(string quoted)
    {
        var text = new StringBuilder();
        var i = 1;
        for (; quoted[i] != '"'; i++)
        {
            if (quoted[i] != '\\')
            {
                text.Append(quoted[i]);
                continue;
            }

            switch (quoted[++i])
            {
                case 'n': text.Append('\n'); break;
                case 'r': text.Append('\r'); break;
                case 't': text.Append('\t'); break;
                case '"' or '\\': text.Append(quoted[i]); break;
                case 'u':
                    text.Append((char)int.Parse(quoted.AsSpan(i + 1, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                    i += 4;
                    break;
                default: throw new FormatException($"unknown escape {quoted[i]}");
            }
        }

        return i == quoted.Length - 1 ? text.ToString() : throw new FormatException("text after a quoted value");
    }
}
