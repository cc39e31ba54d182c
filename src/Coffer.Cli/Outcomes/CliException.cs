using System.Text.Json.Nodes;

namespace Coffer.Cli.Outcomes;

/// <summary>Ends a command: the text goes to standard error as it is. 1: wrong use or a local fault; 2: the server refused or is out of reach.</summary>
internal sealed class CliException(string message, int exitCode) : Exception(message)
{
    public int ExitCode { get; } = exitCode;

    /// <summary>What the server answered beside its refusal, such as warnings: printed after the message. Null for nothing.</summary>
    public JsonObject? Envelope { get; init; }

    /// <summary>Wrong use, or a fault on this machine.</summary>
    public static CliException Local(string message) => new(message, 1);

    /// <summary>Nothing there, or the server refused.</summary>
    public static CliException Remote(string message) => new(message, 2);
}
