using Coffer.Cli.Commands;
using Coffer.Client;

namespace Coffer.Cli.Policies;

internal sealed class PolicyDeleteCommand() : ApiCommand("policy delete", "Deletes a policy by name", "NAME", Arity.One,
    "Deletes a policy. Tokens that hold it lose what it allowed at once.")
{
    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var name = call.Arguments[0].ToLowerInvariant();
        await call.SendAsync(ApiRequest.Delete($"sys/policies/acl/{name}"), $"Error deleting {name}", cancellation);
        call.Printer.Line($"Success! Deleted policy: {name}");
        return 0;
    }
}
