using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Data;
using Coffer.Cli.Outcomes;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.Policies;

internal sealed class PolicyReadCommand() : ApiCommand("policy read", "Prints the contents of a policy", "NAME", Arity.One, "Prints a policy as it was uploaded.")
{
    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var name = call.Arguments[0].ToLowerInvariant();
        var envelope = await call.ReadOrNullAsync(ApiRequest.Read($"sys/policies/acl/{name}"), $"Error reading policy named {name}", cancellation);
        var rules = envelope.At("data").At("policy") ?? envelope.At("rules");
        if (rules is null || GoValue.Of(rules).Length == 0)
        {
            throw CliException.Remote($"No policy named: {name}");
        }

        if (call.Printer.IsTable)
        {
            call.Printer.Line(GoValue.Of(rules).Trim());
        }
        else
        {
            call.Printer.Data(new JsonObject { ["policy"] = rules.DeepClone() });
        }

        return 0;
    }
}
