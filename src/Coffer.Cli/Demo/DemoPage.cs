using Coffer.Cli.Output;
using Coffer.Cli.Settings;
using Coffer.Cli.Terminal;

namespace Coffer.Cli.Demo;

/// <summary>How the demo looks: headings, words, commands and tables, in colour only on a terminal.</summary>
internal sealed class DemoPage
{
    private readonly TextWriter _out;
    private readonly bool _colours;
    private int _step;

    public DemoPage(ICliConsole console)
    {
        _out = console.Out;
        IsTerminal = console.OutputIsTerminal;
        _colours = IsTerminal && string.IsNullOrEmpty(console.Variable("NO_COLOR")) && new EnvironmentSettings(console).Read("CLI_NO_COLOR") is null;
    }

    public bool IsTerminal { get; }

    public void Title(string text) => _out.Write($"{Paint("1", text)}\n");

    /// <summary>Begins the next step.</summary>
    public void Step(string title, string why)
    {
        _step++;
        _out.Write($"\n\n{Paint("1;36", $"{_step}. {title}")}\n");
        Indented(why);
    }

    public void Heading(string title) => _out.Write($"\n\n{Paint("1;36", title)}\n");

    public void Words(string text)
    {
        _out.Write('\n');
        Indented(text);
    }

    public void Command(string text) => _out.Write($"\n{Paint("1", "$ " + text)}\n");

    public void Output(string text) => _out.Write(text.EndsWith('\n') ? text : text + "\n");

    /// <summary>What AWS says, under a line that tells how it was asked.</summary>
    public void Aws(string asked, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        _out.Write($"\n{Paint("33", asked)}\n");
        Indented(Table.Columns(rows));
    }

    /// <summary>A line that the next call writes over; nothing when the output is not a terminal.</summary>
    public void Passing(string text)
    {
        if (IsTerminal)
        {
            _out.Write($"\r\e[K{(text.Length == 0 ? "" : "   " + text)}");
            _out.Flush();
        }
    }

    private void Indented(string text)
    {
        foreach (var line in text.Split('\n'))
        {
            _out.Write(line.Length == 0 ? "\n" : $"   {line}\n");
        }
    }

    private string Paint(string style, string text) => _colours ? $"\e[{style}m{text}\e[0m" : text;
}
