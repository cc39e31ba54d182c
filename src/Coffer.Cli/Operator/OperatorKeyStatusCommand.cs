using Coffer.Cli.Commands;

namespace Coffer.Cli.Operator;

internal sealed class OperatorKeyStatusCommand() : ApiCommand("operator key-status", "Provides information about the active encryption key", "", Arity.None,
    "Prints the number of the encryption key in use, since when, and how often\nit was used.")
{
    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        KeyStatus.Print(call, await KeyStatus.ReadAsync(call, cancellation));
        return 0;
    }
}
