using Coffer.Cli.Commands;
using Coffer.Client;

namespace Coffer.Cli.Auth;

internal sealed class AuthDisableCommand() : ApiCommand("auth disable", "Disables an auth method", "PATH", Arity.One,
    """
    Turns a way to log in off. The tokens it issued are revoked and its
    configuration is deleted.
    """)
{
    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var path = Paths.AsMount(call.Arguments[0]);
        await call.SendAsync(ApiRequest.Delete($"sys/auth/{path}"), $"Error disabling auth method at {path}", cancellation);
        call.Printer.Line($"Success! Disabled the auth method (if it existed) at: {path}");
        return 0;
    }
}
