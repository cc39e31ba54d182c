using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Data;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.Policies;

internal sealed class PolicyListCommand() : ApiCommand("policy list", "Lists the installed policies", "", Arity.None, "Lists the names of all policies.")
{
    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var reply = await call.SendAsync(ApiRequest.List("sys/policies/acl"), "Error listing policies", cancellation);
        var names = (reply.Data.At("keys") ?? reply.Json.At("policies")) as JsonArray ?? [];
        if (!call.Printer.IsTable)
        {
            call.Printer.Data(names);
            return 0;
        }

        foreach (var name in names)
        {
            call.Printer.Line(GoValue.Of(name));
        }

        return 0;
    }
}
