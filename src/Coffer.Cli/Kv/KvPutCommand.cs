using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Flags;
using Coffer.Cli.Outcomes;
using Coffer.Cli.Settings;
using Coffer.Client;

namespace Coffer.Cli.Kv;

internal sealed class KvPutCommand : KvCommand
{
    private readonly NumberFlag _cas;

    public KvPutCommand()
        : base("kv put", "Sets or updates data in the KV store", "KEY [DATA K=V...]", Arity.AtLeast(1),
            """
            Writes a key; what it held before is replaced as a whole. In version
            2 the old versions stay readable.

                $ {0} kv put -mount=secret foo bar=baz
                $ {0} kv put -mount=secret foo @data.json
            """, Shows.Field)
    {
        _cas = Flag(new NumberFlag("cas", "Write only if this is the newest version; 0 for a key that must not exist yet.", -1));
    }

    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        if (call.Arguments.Count == 1)
        {
            throw CliException.Local("Must supply data");
        }

        var data = call.DataFrom(1);
        var found = await FindAsync(call, cancellation);
        var path = found.Api("data");
        JsonNode body = data;
        if (found.IsVersioned)
        {
            var options = new JsonObject();
            if (_cas.Value > -1)
            {
                options["cas"] = _cas.Value;
            }

            body = new JsonObject { ["data"] = data, ["options"] = options };
        }

        var reply = await call.SendAsync(ApiRequest.Write(path, body), $"Error writing data to {path}", cancellation);
        return PrintWritten(call, reply.Json, path);
    }
}
