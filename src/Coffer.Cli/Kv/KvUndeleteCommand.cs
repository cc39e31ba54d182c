using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Flags;
using Coffer.Cli.Outcomes;
using Coffer.Client;

namespace Coffer.Cli.Kv;

internal sealed class KvUndeleteCommand : KvCommand
{
    private readonly TextListFlag _versions;

    public KvUndeleteCommand()
        : base("kv undelete", "Undeletes versions in the KV store", "KEY", Arity.One,
            """
            Brings back versions that were deleted, not those destroyed.

                $ {0} kv undelete -mount=secret -versions=3 foo
            """)
    {
        _versions = Flag(new TextListFlag("versions", "Versions to undelete: a number or a comma list. May be given many times."));
    }

    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        if (!_versions.IsSet)
        {
            throw CliException.Local("No versions provided, use the \"-versions\" flag to specify the version to undelete.");
        }

        var path = (await FindAsync(call, cancellation)).VersionedApi("undelete", "Undelete");
        var request = ApiRequest.Write(path, new JsonObject { ["versions"] = Versions(_versions) });
        return await call.SendAndPrintAsync(request, $"Error writing data to {path}", $"Success! Data written to: {path}", cancellation);
    }
}
