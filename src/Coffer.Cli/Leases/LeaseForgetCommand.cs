using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Flags;
using Coffer.Cli.Outcomes;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.Leases;

internal sealed class LeaseForgetCommand : ApiCommand
{
    private readonly TextFlag _reason;

    public LeaseForgetCommand()
        : base("lease forget", "Forgets a lease whose secret cannot be removed", "ID", Arity.Between(0, 1),
            """
            Gives up a lease whose secret cannot be taken away. What may still
            exist is listed for 90 days by "{0} lease attention -forgotten".

                $ {0} lease forget -reason="account closed" aws/creds/my-role/2f6a614c...
            """)
    {
        _reason = Flag(new TextFlag("reason", "Why it is given up. Required; kept with its names."));
    }

    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var lease = LeaseId.From(call);
        if (_reason.Value.Trim().Length == 0)
        {
            throw CliException.Local("Missing -reason: it is what anyone who finds the secret later will read");
        }

        var body = new JsonObject { ["lease_id"] = lease, ["reason"] = _reason.Value };
        await call.SendAsync(ApiRequest.Write("sys/leases/forget", body), $"Error forgetting {lease}", cancellation);
        call.Printer.Warn(TextWrap.At($"The secret of this lease may still exist: \"{call.Console.ProgramName} lease attention -forgotten\" names it."));
        call.Printer.Line($"Success! Forgot lease: {lease}");
        return 0;
    }
}
