using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Operator;
using Coffer.Cli.Outcomes;
using Coffer.Cli.Settings;
using Coffer.Client;

namespace Coffer.Cli.General;

internal sealed class StatusCommand() : ApiCommand("status", "Print seal and HA status", "", Arity.None,
    """
    Prints whether the server is initialised, sealed and part of a
    cluster. Needs no token. The exit code tells scripts:

      - 0: unsealed
      - 1: error
      - 2: sealed
    """, Shows.Field)
{
    public override bool TwoIsAnAnswer => true;

    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var request = ApiRequest.Read("sys/seal-status") with { RootNamespace = true, WrapTtl = "" };
        var seal = (await call.SendAsync(request, "Error checking seal status", cancellation)).Json
            ?? throw CliException.Local("Error checking seal status: the server's answer is no JSON object; is this a Vault address?");
        var status = await SealStatus.WithLeaderAsync(call, seal, cancellation);
        if (call.Field.Length > 0)
        {
            call.Printer.Field(SealStatus.Field(status, call.Field), call.Field, "seal status");
        }
        else
        {
            SealStatus.Print(call, status);
        }

        return seal["sealed"] is JsonValue value && value.TryGetValue<bool>(out var isSealed) && isSealed ? 2 : 0;
    }
}
