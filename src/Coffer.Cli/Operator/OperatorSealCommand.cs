using Coffer.Cli.Commands;
using Coffer.Client;

namespace Coffer.Cli.Operator;

internal sealed class OperatorSealCommand() : ApiCommand("operator seal", "Seals the server", "", Arity.None,
    """
    Seals the server: it forgets its keys and answers nothing but status
    and unseal until enough key shares are entered again.
    """)
{
    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        await call.SendAsync(ApiRequest.Write("sys/seal"), "Error sealing", cancellation);
        call.Printer.Line("Success! Vault is sealed.");
        return 0;
    }
}
