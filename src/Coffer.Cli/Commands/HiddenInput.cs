using Coffer.Cli.Data;
using Coffer.Cli.Outcomes;

namespace Coffer.Cli.Commands;

/// <summary>Asks for a secret: on a terminal without showing it, else the first line of standard input.</summary>
internal static class HiddenInput
{
    /// <summary>The line without its end. Blanks are part of it, since a password may have them.</summary>
    public static string Ask(Invocation call, string prompt, string what, TextWriter promptWriter)
    {
        if (call.NonInteractive)
        {
            throw CliException.Local($"Refusing to read from stdin with -non-interactive specified; specify {what} as an argument to this command");
        }

        if (!call.Console.InputIsTerminal)
        {
            return FirstLine(call.Console.Input) is { Length: > 0 } line
                ? line
                : throw CliException.Local($"No {what} on standard input: run this in a terminal, or pipe the {what} in.");
        }

        var value = call.Console.ReadHidden(prompt, promptWriter);
        promptWriter.Write("\n");
        return value;
    }

    private static string FirstLine(Stream input)
    {
        try
        {
            return TextSource.FirstLineOf(input, "standard input").TrimEnd('\r');
        }
        catch (FormatException error)
        {
            throw CliException.Local($"Error reading standard input: {error.Message}");
        }
    }
}
