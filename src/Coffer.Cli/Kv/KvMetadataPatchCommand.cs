using Coffer.Cli.Commands;
using Coffer.Cli.Flags;
using Coffer.Client;

namespace Coffer.Cli.Kv;

internal sealed class KvMetadataPatchCommand : KvCommand
{
    private readonly MetadataFlags _flags;
    private readonly TextListFlag _remove;

    public KvMetadataPatchCommand()
        : base("kv metadata patch", "Patches key settings in the KV store", "KEY", Arity.One,
            """
            Changes the given settings and notes of a key and leaves the others.

                $ {0} kv metadata patch -mount=secret -custom-metadata=owner=ops foo
            """)
    {
        _flags = new MetadataFlags(Flags);
        _remove = Flag(new TextListFlag("remove-custom-metadata", "Note to remove. May be given many times."));
    }

    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var path = (await FindAsync(call, cancellation)).VersionedApi("metadata", "Metadata");
        var body = _flags.Body();
        var notes = _flags.Notes();
        foreach (var key in _remove.Values)
        {
            notes[key] = null;
        }

        body["custom_metadata"] = notes;
        return await call.SendAndPrintAsync(
            ApiRequest.Patch(path, body), $"Error writing data to {path}", $"Success! Data written to: {path}", cancellation);
    }
}
