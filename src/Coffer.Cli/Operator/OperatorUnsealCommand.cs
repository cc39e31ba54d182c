using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Flags;
using Coffer.Client;

namespace Coffer.Cli.Operator;

internal sealed class OperatorUnsealCommand : ApiCommand
{
    private readonly SwitchFlag _reset;
    private readonly SwitchFlag _migrate;

    public OperatorUnsealCommand()
        : base("operator unseal", "Unseals the server", "[KEY]", Arity.Between(0, 1),
            """
            Gives the server one key share; with enough of them it unseals.
            Without an argument the share is asked for and not shown, which
            keeps it out of the shell's history; with "-" it is read from
            standard input.
            """)
    {
        _reset = Flag(new SwitchFlag("reset", "Forget the shares entered so far."));
        _migrate = Flag(new SwitchFlag("migrate", "The share is for moving to another kind of seal."));
    }

    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var body = new JsonObject();
        if (_reset.Value)
        {
            body["reset"] = true;
        }
        else
        {
            body["key"] = ShareInput.Read(call, "Unseal Key (will be hidden): ");
            if (_migrate.Value)
            {
                body["migrate"] = true;
            }
        }

        var failure = _reset.Value ? "Error resetting unseal process" : "Error unsealing";
        var reply = await call.SendAsync(ApiRequest.Write("sys/unseal", body), failure, cancellation);
        SealStatus.Print(call, await SealStatus.WithLeaderAsync(call, reply.Json ?? [], cancellation));
        return 0;
    }
}
