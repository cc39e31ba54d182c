using Coffer.Cli.Terminal;

namespace Coffer.Cli;

/// <summary>What the command line needs from the rest of the product, so that no command knows the server's code.</summary>
public sealed record CliHooks
{
    /// <summary>Runs a server until it is told to stop and returns the exit code. Null: this build has no server.</summary>
    public Func<ServerCommandOptions, TextWriter, CancellationToken, Task<int>>? RunServer { get; init; }

    /// <summary>
    /// Shows the product on the given console, ends at once after the last step when the flag says so, and returns the exit code. Null: not in
    /// this build.
    /// </summary>
    public Func<bool, ICliConsole, CancellationToken, Task<int>>? RunDemo { get; init; }

    /// <summary>Lays a policy's text out, or says what is wrong with it. Null: not in this build.</summary>
    public Func<string, (string? Text, string Problem)>? FormatPolicy { get; init; }

    /// <summary>
    /// Asks a policy, without a server: its text, a name for it, operation, path, parameters as JSON, wrapping time. The answer is JSON in the shape
    /// of <c>sys/policies/explain</c>, or null and why there is none. Null: not in this build.
    /// </summary>
    public Func<string, string, string, string, string, TimeSpan?, (string? Json, string Problem)>? TestPolicy { get; init; }

    /// <summary>Looks for doubtful rules in a policy's text; the answer is as that of <c>sys/policies/lint</c>. Null: not in this build.</summary>
    public Func<string, (string? Json, string Problem)>? LintPolicy { get; init; }

    /// <summary>
    /// Reads the text of the client's configuration file: the program that keeps tokens, empty for none; or null and what is wrong with the text. Null:
    /// not in this build.
    /// </summary>
    public Func<string, (string? TokenHelper, string Problem)>? ReadClientConfiguration { get; init; }

    /// <summary>Checks the hash chain of audit log files. Null: not in this build.</summary>
    public Func<AuditVerifyOptions, CancellationToken, Task<AuditVerifyAnswer>>? VerifyAudit { get; init; }
}
