using Coffer.Cli.Commands;
using Coffer.Client;

namespace Coffer.Cli.Kv;

internal sealed class KvMetadataPutCommand : KvCommand
{
    private readonly MetadataFlags _flags;

    public KvMetadataPutCommand()
        : base("kv metadata put", "Sets or updates key settings in the KV store", "KEY", Arity.One,
            """
            Sets how a key keeps its versions; makes the key if there is none.

                $ {0} kv metadata put -mount=secret -max-versions=5 foo
            """)
    {
        _flags = new MetadataFlags(Flags);
    }

    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var path = (await FindAsync(call, cancellation)).VersionedApi("metadata", "Metadata");
        var body = _flags.Body();
        if (_flags.Custom.Count > 0)
        {
            body["custom_metadata"] = _flags.Notes();
        }

        return await call.SendAndPrintAsync(
            ApiRequest.Write(path, body), $"Error writing data to {path}", $"Success! Data written to: {path}", cancellation);
    }
}
