using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Flags;
using Coffer.Cli.Outcomes;
using Coffer.Client;

namespace Coffer.Cli.Kv;

internal sealed class KvDestroyCommand : KvCommand
{
    private readonly TextListFlag _versions;

    public KvDestroyCommand()
        : base("kv destroy", "Permanently removes one or more versions in the KV store", "KEY", Arity.One,
            """
            Removes the data of versions for good; nothing brings it back.

                $ {0} kv destroy -mount=secret -versions=3 foo
            """)
    {
        _versions = Flag(new TextListFlag("versions", "Versions to destroy: a number or a comma list. May be given many times."));
    }

    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        if (!_versions.IsSet)
        {
            throw CliException.Local("No versions provided, use the \"-versions\" flag to specify the version to destroy.");
        }

        var path = (await FindAsync(call, cancellation)).VersionedApi("destroy", "Destroy");
        var request = ApiRequest.Write(path, new JsonObject { ["versions"] = Versions(_versions) });
        return await call.SendAndPrintAsync(request, $"Error writing data to {path}", $"Success! Data written to: {path}", cancellation);
    }
}
