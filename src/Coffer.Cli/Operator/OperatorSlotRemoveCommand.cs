using Coffer.Cli.Commands;
using Coffer.Client;

namespace Coffer.Cli.Operator;

internal sealed class OperatorSlotRemoveCommand() : ApiCommand("operator slot remove", "Removes a key slot", "ID", Arity.One,
    """
    Takes a way into the store away; nothing is encrypted again. The last
    one stays: without it the store could never be opened again.

        $ {0} operator slot list
        $ {0} operator slot remove 6f1c...
    """)
{
    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var id = call.Path(0);
        await call.SendAsync(ApiRequest.Delete($"sys/key-slots/{id}"), $"Error removing key slot {id}", cancellation);
        call.Printer.Line($"Success! Removed key slot {id}. What it opened with opens nothing any more.");
        return 0;
    }
}
