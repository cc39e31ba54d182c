using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Client;

namespace Coffer.Cli.Kv;

internal sealed class KvEnableVersioningCommand() : ApiCommand("kv enable-versioning", "Turns on versioning for a KV store", "MOUNT", Arity.One,
    """
    Makes a version 1 store a version 2 one. Its API paths change, so
    policies have to name data/ and metadata/ afterwards.

        $ {0} kv enable-versioning secret
    """)
{
    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var path = Paths.AsMount(call.Arguments[0]);
        var body = new JsonObject { ["options"] = new JsonObject { ["version"] = "2" } };
        await call.SendAsync(ApiRequest.Post($"sys/mounts/{path}/tune", body), $"Error tuning secrets engine {path}", cancellation);
        call.Printer.Line($"Success! Tuned the secrets engine at: {path}");
        return 0;
    }
}
