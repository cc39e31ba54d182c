using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.Cli.Outcomes;
using Coffer.Cli.Terminal;
using Coffer.Text;

namespace Coffer.Cli.Data;

/// <summary>
/// Data on the command line: <c>k=v</c>, <c>k=@file</c>, <c>k=-</c> (standard input), <c>k=\@literal</c>, <c>@file.json</c> and <c>-</c> (a JSON
/// object from standard input). A key given again becomes a list. On a terminal <c>k=-</c> asks for a line and does not show it.
/// </summary>
internal sealed class KeyValueArguments(ICliConsole console, bool standardInputAllowed)
{
    private const int FileNameMax = 255;

    private readonly List<string> _filesByName = [];
    private bool _inputTaken;

    /// <summary>The keys whose value was given as it is and is also the name of a file: perhaps an <c>@</c> was forgotten.</summary>
    public IReadOnlyList<string> FilesByName => _filesByName;

    /// <summary>All arguments as one JSON object. Null values and numbers of JSON input stay what they are.</summary>
    public JsonObject Parse(IEnumerable<string> arguments)
    {
        var result = new JsonObject();
        foreach (var argument in arguments)
        {
            if (argument == "-")
            {
                Merge(result, ReadInput(), "standard input");
            }
            else if (argument.StartsWith('@'))
            {
                Merge(result, ReadFile(argument[1..]), argument[1..]);
            }
            else
            {
                AddPair(result, argument);
            }
        }

        return result;
    }

    /// <summary>All of standard input as text.</summary>
    public string ReadInput()
    {
        CheckInputAllowed();
        if (_inputTaken)
        {
            throw new FormatException("stdin already consumed: only one value can be read from it");
        }

        _inputTaken = true;
        return TextSource.Of(console.Input, "standard input");
    }

    private void CheckInputAllowed()
    {
        if (!standardInputAllowed)
        {
            throw CliException.Local("Refusing to read from stdin with -non-interactive specified");
        }
    }

    /// <summary>One line from the terminal, without its end. It is hidden, since a value that is not on the command line is mostly a secret.</summary>
    private string ReadTyped(string key)
    {
        CheckInputAllowed();
        var value = console.ReadHidden($"{key} (will be hidden): ", console.Error);
        console.Error.Write("\n");
        return value;
    }

    private void AddPair(JsonObject result, string argument)
    {
        var split = argument.IndexOf('=', StringComparison.Ordinal);
        if (split < 0)
        {
            throw new FormatException($"invalid key/value pair {GoText.Quote(argument)}: format must be key=value");
        }

        var value = argument[(split + 1)..];
        if (value == "-")
        {
            value = console.InputIsTerminal ? ReadTyped(argument[..split]) : ReadInput();
        }
        else if (value.StartsWith('@'))
        {
            value = ReadFile(value[1..]);
        }
        else if (value.StartsWith("\\@", StringComparison.Ordinal))
        {
            value = value[1..];
        }
        else if (value.Length is > 0 and <= FileNameMax && !NamesFiles(argument[..split]) && File.Exists(value))
        {
            _filesByName.Add(argument[..split]);
        }

        Add(result, argument[..split], JsonValue.Create(value));
    }

    // file_path and the like are meant to hold the name itself.
    private static bool NamesFiles(string key) => key.EndsWith("path", StringComparison.Ordinal) || key.EndsWith("file", StringComparison.Ordinal);

    private static void Merge(JsonObject result, string json, string source)
    {
        JsonNode? parsed;
        try
        {
            parsed = JsonNode.Parse(TextSource.AsDocument(json), documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false });
            ReadTexts(parsed);
        }
        catch (JsonException error)
        {
            // The parser's message could quote the document, which may be a secret: only the place is given.
            throw new FormatException(error.LineNumber is { } line
                ? $"{source} is not valid JSON (line {line + 1}, byte {error.BytePositionInLine})"
                : $"{source} is not valid JSON: a key comes twice");
        }
        catch (InvalidOperationException)
        {
            throw new FormatException($"{source} holds half a character: an escape such as \\ud83d without its other half");
        }

        if (parsed is not JsonObject map)
        {
            throw new FormatException($"{source} must hold a JSON object");
        }

        foreach (var (key, value) in map)
        {
            Add(result, key, value?.DeepClone());
        }
    }

    // The parser looks at escapes only when a text is read.
    private static void ReadTexts(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject map:
                foreach (var (_, value) in map)
                {
                    ReadTexts(value);
                }

                break;
            case JsonArray list:
                foreach (var item in list)
                {
                    ReadTexts(item);
                }

                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                value.GetValue<string>();
                break;
        }
    }

    private static void Add(JsonObject result, string key, JsonNode? value)
    {
        if (!result.ContainsKey(key))
        {
            result[key] = value;
        }
        else if (result[key] is JsonArray list)
        {
            list.Add(value);
        }
        else
        {
            var first = result[key]?.DeepClone();
            result[key] = new JsonArray(first, value);
        }
    }

    private static string ReadFile(string path)
    {
        try
        {
            return TextSource.OfFile(path);
        }
        catch (FormatException error)
        {
            throw new FormatException($"error reading file: {error.Message}");
        }
    }
}
