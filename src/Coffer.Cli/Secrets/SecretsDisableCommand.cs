using Coffer.Cli.Commands;
using Coffer.Client;

namespace Coffer.Cli.Secrets;

internal sealed class SecretsDisableCommand() : ApiCommand("secrets disable", "Disable a secrets engine", "PATH", Arity.One,
    """
    Unmounts a secrets engine: its leases are revoked and what it stored
    is deleted. That cannot be undone.
    """)
{
    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var path = Paths.AsMount(call.Arguments[0]);
        await call.SendAsync(ApiRequest.Delete($"sys/mounts/{path}"), $"Error disabling secrets engine at {path}", cancellation);
        call.Printer.Line($"Success! Disabled the secrets engine (if it existed) at: {path}");
        return 0;
    }
}
