namespace Coffer.Cli.Audit;

internal sealed class AuditVerifyCommand() : Command("audit verify", "Checks that an audit log is whole", "FILE", Arity.One,
    """
    Checks the hash chain of an audit log file without a server: that no
    entry was changed, left out or added.
    """)
{
    public override Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        if (call.Hooks.VerifyAudit is not { } verify)
        {
            throw CliException.Local("This build cannot verify audit logs.");
        }

        var file = call.Arguments[0];
        return File.Exists(file)
            ? verify(file, call.Console.Out, cancellation)
            : throw CliException.Local($"Error opening audit log: {file} does not exist");
    }
}
