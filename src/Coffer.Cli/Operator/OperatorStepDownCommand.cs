using Coffer.Cli.Commands;
using Coffer.Client;

namespace Coffer.Cli.Operator;

internal sealed class OperatorStepDownCommand() : ApiCommand("operator step-down", "Forces the server to resign active duty", "", Arity.None,
    """
    Asks the node to give up leading its cluster. A server that runs alone
    has nobody to hand over to, and goes on.
    """)
{
    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        await call.SendAsync(ApiRequest.Write("sys/step-down"), "Error stepping down", cancellation);
        call.Printer.Line($"Success! Stepped down: {call.Client.Options.ShownAddress}");
        return 0;
    }
}
