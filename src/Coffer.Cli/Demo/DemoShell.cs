using System.Text;
using Coffer.Cli.Dispatch;
using Coffer.Cli.Hooks;
using Coffer.Cli.Terminal;

namespace Coffer.Cli.Demo;

/// <summary>Runs commands as a person would type them, and shows them and their output.</summary>
internal sealed class DemoShell(ICliConsole console, DemoPage page, string address, string token)
{
    private const int LineMax = 100;

    /// <summary>Runs one command; its output is shown and returned.</summary>
    /// <exception cref="DemoFault">It did not succeed.</exception>
    public Task<string> RunAsync(string[] words, CancellationToken cancellation) => RunAsync(words, "", cancellation);

    /// <summary>The same with a text on standard input, shown as a here-document.</summary>
    public async Task<string> RunAsync(string[] words, string input, CancellationToken cancellation)
    {
        page.Command(Typed(console.ProgramName, words, input));
        using var own = new DemoConsole(console, address, token, input);
        var code = await CliProgram.RunAsync(words, own, new CliHooks(), cancellation);
        page.Output(own.Text);
        return code == 0 ? own.Text : throw new DemoFault($"this command ended with exit code {code}");
    }

    /// <summary>The value in a row of a table that was printed.</summary>
    public static string Row(string table, string key)
    {
        var line = table.Split('\n').FirstOrDefault(line => line.StartsWith(key + " ", StringComparison.Ordinal));
        return line is null ? throw new DemoFault($"the output has no {key}") : line[key.Length..].Trim();
    }

    /// <summary>A command line that a shell takes, on several lines when it is long.</summary>
    internal static string Typed(string program, string[] words, string input)
    {
        var line = program + string.Concat(words.Select(word => " " + word));
        if (line.Length > LineMax)
        {
            var lines = new StringBuilder(program);
            foreach (var word in words)
            {
                lines.Append(word.Contains('=', StringComparison.Ordinal) ? " \\\n      " : " ").Append(word);
            }

            line = lines.ToString();
        }

        return input.Length == 0 ? line : $"{line} <<'EOT'\n{input}EOT";
    }
}
