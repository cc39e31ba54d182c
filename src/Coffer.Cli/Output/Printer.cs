using System.Text.Json.Nodes;
using Coffer.Cli.Data;
using Coffer.Cli.Outcomes;
using Coffer.Cli.Terminal;
using Coffer.Text;

namespace Coffer.Cli.Output;

/// <summary>Prints results in the asked format to standard output, and warnings and errors to standard error.</summary>
internal sealed class Printer(ICliConsole console, string format, bool colours)
{
    private const string Red = "\u001b[31m";
    private const string Yellow = "\u001b[33m";
    private const string Plain = "\u001b[0m";

    private readonly List<JsonNode?> _warnings = [];

    /// <summary>Whether results are for people: notes such as <c>Success!</c> are printed only then.</summary>
    public bool IsTable { get; } = format is "table";

    public bool IsRaw { get; } = format is "raw";

    public static bool IsFormat(string name) => name is "table" or "json" or "yaml" or "yml" or "pretty" or "raw";

    /// <summary>A line on standard output, whatever the format.</summary>
    public void Line(string text) => Write(text + "\n");

    /// <summary>Text on standard output as it is, without a newline behind it.</summary>
    public void Write(string text) => console.Out.Write(TerminalText.For(text, console.OutputIsTerminal));

    /// <summary>A line on standard output in the table format only.</summary>
    public void Note(string text)
    {
        if (IsTable)
        {
            Line(text);
        }
    }

    public void Warn(string text) => Diagnose(Yellow, text);

    public void Error(string text) => Diagnose(Red, text);

    /// <summary>The reply's envelope: lease, auth, wrapping and data.</summary>
    public void Secret(JsonObject envelope)
    {
        if (!IsTable)
        {
            // The envelope holds them.
            _warnings.Clear();
            Structured(SecretTable.Envelope(SecretTable.Normal(envelope)));
            return;
        }

        Rows(SecretTable.Rows(SecretTable.Normal(envelope)));
    }

    /// <summary>Any data: a map as keys and values, or a list of names.</summary>
    public void Data(JsonNode? data)
    {
        if (!IsTable)
        {
            Structured(data);
        }
        else if (data is JsonObject map)
        {
            Rows(SecretTable.DataRows(map));
        }
        else if (data is JsonArray list && list.Count > 0)
        {
            Line(Table.WithHeader(["Keys"], list.Select(GoValue.Of).Order(StringComparer.Ordinal).Select(key => (string[])[key])));
        }
    }

    /// <summary>Keys and values under their header; nothing for no rows.</summary>
    public void Rows(IReadOnlyList<IReadOnlyList<string>> rows)
    {
        if (rows.Count > 0)
        {
            Line(Table.WithHeader(["Key", "Value"], rows));
        }
    }

    /// <summary>Takes the warnings that came with a reply: shown at once to people, and otherwise at the end, unless what is printed holds them.</summary>
    public void Take(JsonObject? envelope)
    {
        if (envelope.At("warnings") is JsonArray warnings)
        {
            _warnings.AddRange(warnings);
        }

        if (IsTable)
        {
            FlushWarnings();
        }
    }

    /// <summary>Shows the warnings that nothing has shown so far.</summary>
    public void FlushWarnings()
    {
        if (_warnings.Count > 0)
        {
            Warn("WARNING! The following warnings were returned from Vault:\n");
        }

        foreach (var warning in _warnings)
        {
            Warn(TextWrap.At("* " + GoValue.Of(warning), 2) + "\n");
        }

        _warnings.Clear();
    }

    /// <summary>One field of a reply; a missing one ends the command.</summary>
    public void SecretField(JsonObject envelope, string field)
    {
        var secret = SecretTable.Normal(envelope);
        var isNull = secret["data"] is JsonObject data && data.TryGetPropertyValue(field, out var value) && value is null;
        Field(SecretTable.Field(secret, field), field, isNull ? "secret: its value is null" : "secret");
    }

    /// <summary>One value alone. A newline follows only on a terminal, so that scripts get the bytes themselves.</summary>
    public void Field(JsonNode? value, string field, string owner)
    {
        if (value is null)
        {
            throw CliException.Local($"Field {GoText.Quote(field)} not present in {owner}");
        }

        var text = format switch
        {
            "json" => JsonLayout.Of(value),
            "yaml" or "yml" => YamlText.Of(value) + "\n",
            "pretty" => throw CliException.Local("the pretty format does not print single fields; use table, json or yaml"),
            _ => GoValue.Of(value),
        };
        Write(console.OutputIsTerminal ? text + "\n" : text);
    }

    private void Structured(JsonNode? node) => Line(format switch
    {
        "json" or "pretty" => JsonLayout.Of(node),
        "yaml" or "yml" => YamlText.Of(node),
        _ => throw CliException.Local("This command does not support the -format=raw option; only \"read\" does."),
    });

    private void Diagnose(string colour, string text)
    {
        var safe = TerminalText.For(text, console.ErrorIsTerminal);
        var shown = colours && console.ErrorIsTerminal ? colour + safe + Plain : safe;
        console.Error.Write(shown + "\n");
    }
}
