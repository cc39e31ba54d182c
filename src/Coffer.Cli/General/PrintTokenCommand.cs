using Coffer.Cli.Commands;

namespace Coffer.Cli.General;

internal sealed class PrintTokenCommand() : ApiCommand("print token", "Prints the token currently in use", "", Arity.None,
    "Prints the token that commands would send: of VAULT_TOKEN, or else of\nthe token file.")
{
    public override Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        call.Printer.Line(call.Token);
        return Task.FromResult(0);
    }
}
