using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Flags;
using Coffer.Cli.Settings;
using Coffer.Client;

namespace Coffer.Cli.Kv;

internal sealed class KvDeleteCommand : KvCommand
{
    private readonly TextListFlag _versions;

    public KvDeleteCommand()
        : base("kv delete", "Deletes versions in the KV store", "KEY", Arity.One,
            """
            Deletes the newest version of a key, or those given. In version 2
            "{0} kv undelete" brings them back.
            """, Shows.Field)
    {
        _versions = Flag(new TextListFlag("versions", "Versions to delete: a number or a comma list. May be given many times."));
    }

    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var found = await FindAsync(call, cancellation);
        var path = found.Api("data");
        var request = found.IsVersioned && _versions.IsSet
            ? ApiRequest.Write(found.Api("delete"), new JsonObject { ["versions"] = Versions(_versions) })
            : ApiRequest.Delete(path);
        return await call.SendAndPrintAsync(
            request, $"Error deleting {path}", $"Success! Data deleted (if it existed) at: {path}", cancellation);
    }
}
