using Coffer.Cli.Terminal;

namespace Coffer.Cli.Hooks;

/// <summary>What starts a server or reads whole log files: tests put something else in its place.</summary>
public sealed record CliHooks
{
    /// <summary>Runs a server until it is to stop and returns the exit code. Null: this build has no server.</summary>
    public Func<ServerCommandOptions, TextWriter, CancellationToken, Task<int>>? RunServer { get; init; }

    /// <summary>
    /// Shows the product on the given console, ends at once after the last step when the flag says so, and returns the exit code. Null: not in
    /// this build.
    /// </summary>
    public Func<bool, ICliConsole, CancellationToken, Task<int>>? RunDemo { get; init; }

    /// <summary>Checks the hash chain of audit log files. Null: not in this build.</summary>
    public Func<AuditVerifyOptions, CancellationToken, Task<AuditVerifyAnswer>>? VerifyAudit { get; init; }
}
