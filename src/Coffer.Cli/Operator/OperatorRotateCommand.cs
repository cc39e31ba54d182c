using Coffer.Cli.Commands;
using Coffer.Client;

namespace Coffer.Cli.Operator;

internal sealed class OperatorRotateCommand() : ApiCommand("operator rotate", "Rotates the underlying encryption key", "", Arity.None,
    """
    Adds a new encryption key: what is written from now on uses it, what
    was written before stays readable. Key shares do not change.
    """)
{
    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        await call.SendAsync(ApiRequest.Write("sys/rotate"), "Error rotating key", cancellation);
        var status = await KeyStatus.ReadAsync(call, cancellation);
        call.Printer.Note("Success! Rotated key\n");
        KeyStatus.Print(call, status);
        return 0;
    }
}
