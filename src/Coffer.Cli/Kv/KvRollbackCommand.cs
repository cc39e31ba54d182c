using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Flags;
using Coffer.Cli.Outcomes;
using Coffer.Cli.Settings;
using Coffer.Client;

namespace Coffer.Cli.Kv;

internal sealed class KvRollbackCommand : KvCommand
{
    private readonly NumberFlag _version;

    public KvRollbackCommand()
        : base("kv rollback", "Rolls back to a previous version of data", "KEY", Arity.One,
            """
            Writes an old version of a key as its newest one.

                $ {0} kv rollback -mount=secret -version=2 foo
            """, Shows.Field)
    {
        _version = Flag(new NumberFlag("version", "The version to go back to."));
    }

    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        if (!_version.IsSet)
        {
            throw CliException.Local("Version flag must be specified");
        }

        if (_version.Value <= 0)
        {
            throw CliException.Local($"Invalid value {_version.Value} for the version flag");
        }

        var found = await FindAsync(call, cancellation);
        if (!found.IsVersioned)
        {
            throw CliException.Remote("K/V engine mount must be version 2 for rollback support");
        }

        var path = found.Api("data");
        var newest = await KvVersion.NewestAsync(call, path, "rollback", cancellation);
        var (data, _) = await KvVersion.ReadAsync(call, path, _version.Value, "rollback", cancellation);
        var body = new JsonObject { ["data"] = data, ["options"] = new JsonObject { ["cas"] = newest } };
        return await call.SendAndPrintAsync(
            ApiRequest.Write(path, body), $"Error writing data to {path}", $"Success! Data written to: {path}", cancellation);
    }
}
