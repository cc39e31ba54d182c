using Coffer.Cli.Commands;
using Coffer.Cli.Mounts;
using Coffer.Cli.Settings;
using Coffer.Client;

namespace Coffer.Cli.Auth;

internal sealed class AuthListCommand() : ApiCommand("auth list", "Lists enabled auth methods", "", Arity.None, "Lists the ways to log in.", Shows.Detailed)
{
    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var reply = await call.SendAsync(ApiRequest.Read("sys/auth"), "Error listing enabled authentications", cancellation);
        MountTable.Print(call, reply.Entries(), isAuth: true);
        return 0;
    }
}
