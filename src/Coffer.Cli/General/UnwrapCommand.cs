using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Data;
using Coffer.Cli.Settings;
using Coffer.Client;

namespace Coffer.Cli.General;

internal sealed class UnwrapCommand() : ApiCommand("unwrap", "Unwrap a wrapped secret", "[TOKEN]", Arity.Between(0, 1),
    """
    Opens a wrapped reply, once. The wrapping token is the argument or,
    without one, the token in use.

        $ {0} unwrap hvs.CAES...
    """, Shows.Field)
{
    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var token = call.Arguments.Count == 0 ? "" : call.Arguments[0].Trim();
        var request = ApiRequest.Write("sys/wrapping/unwrap") with { WrapTtl = "" };
        if (token.Length > 0 && call.Token.Length == 0)
        {
            request = request with { Token = token };
        }
        else if (token.Length > 0 && token != call.Token)
        {
            request = request with { Body = new JsonObject { ["token"] = token } };
        }

        var envelope = (await call.SendAsync(request, "Error unwrapping", cancellation)).Json;
        return call.Field.Length == 0 && envelope.At("data").At("keys") is JsonArray
            ? call.PrintList(envelope, "sys/wrapping/unwrap")
            : call.Print(envelope, "Successfully unwrapped. There was no data in the wrapped secret.");
    }
}
