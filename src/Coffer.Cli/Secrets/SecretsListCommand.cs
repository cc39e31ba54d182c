using Coffer.Cli.Commands;
using Coffer.Cli.Mounts;
using Coffer.Cli.Settings;
using Coffer.Client;

namespace Coffer.Cli.Secrets;

internal sealed class SecretsListCommand() : ApiCommand("secrets list", "List enabled secrets engines", "", Arity.None, "Lists the secrets engines and where they are mounted.", Shows.Detailed)
{
    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var reply = await call.SendAsync(ApiRequest.Read("sys/mounts"), "Error listing secrets engines", cancellation);
        MountTable.Print(call, reply.Entries(), isAuth: false);
        return 0;
    }
}
