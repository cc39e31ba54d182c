using Coffer.Cli.Commands;
using Coffer.Cli.Data;
using Coffer.Cli.Outcomes;

namespace Coffer.Cli.Policies;

/// <summary>A policy's text from where the command line says.</summary>
internal static class PolicyFile
{
    /// <param name="path">A file, or <c>-</c> for standard input.</param>
    public static string Read(Invocation call, string path)
    {
        try
        {
            return TextSource.AsDocument(path == "-" ? new KeyValueArguments(call.Console, !call.NonInteractive).ReadInput() : TextSource.OfFile(path));
        }
        catch (FormatException error)
        {
            throw CliException.Remote($"Error opening policy file: {error.Message}");
        }
    }
}
