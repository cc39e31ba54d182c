using Coffer.Cli.Commands;
using Coffer.Client;

namespace Coffer.Cli.Audit;

internal sealed class AuditDisableCommand() : ApiCommand("audit disable", "Disables an audit device", "PATH", Arity.One,
    "Turns an audit device off. What it recorded stays where it is.")
{
    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var path = Paths.AsMount(call.Arguments[0]);
        await call.SendAsync(ApiRequest.Delete($"sys/audit/{path}"), "Error disabling audit device", cancellation);
        call.Printer.Line($"Success! Disabled audit device (if it was enabled) at: {path}");
        return 0;
    }
}
