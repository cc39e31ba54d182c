using Coffer.Cli.Commands;
using Coffer.Client;

namespace Coffer.Cli.Kv;

internal sealed class KvMetadataDeleteCommand() : KvCommand("kv metadata delete", "Deletes all versions and metadata for a key in the KV store", "KEY", Arity.One,
    "Deletes a key with all its versions, for good.")
{
    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var path = (await FindAsync(call, cancellation)).VersionedApi("metadata", "Metadata");
        await call.SendAsync(ApiRequest.Delete(path), $"Error deleting {path}", cancellation);
        call.Printer.Line($"Success! Data deleted (if it existed) at: {path}");
        return 0;
    }
}
