using System.Globalization;
using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Data;
using Coffer.Cli.Flags;
using Coffer.Cli.Outcomes;
using Coffer.Cli.Settings;
using Coffer.Client;

namespace Coffer.Cli.Kv;

internal sealed class KvGetCommand : KvCommand
{
    private readonly NumberFlag _version;

    public KvGetCommand()
        : base("kv get", "Retrieves data from the KV store", "KEY", Arity.One,
            """
            Reads a key.

                $ {0} kv get -mount=secret foo
                $ {0} kv get -mount=secret -version=1 foo
                $ {0} kv get -mount=secret -field=password foo
            """, Shows.Field)
    {
        _version = Flag(new NumberFlag("version", "Read this version instead of the newest."));
    }

    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var found = await FindAsync(call, cancellation);
        var path = found.Api("data");
        var request = ApiRequest.Read(path);
        if (found.IsVersioned && _version.Value > 0)
        {
            request = request with { Query = [new("version", _version.Value.ToString(CultureInfo.InvariantCulture))] };
        }

        var envelope = await call.ReadAsync(request, $"Error reading {path}", cancellation);
        if (call.Field.Length > 0)
        {
            PrintField(call, found, envelope, path);
        }
        else if (!call.Printer.IsTable)
        {
            call.Printer.Secret(envelope);
        }
        else
        {
            Print(call, found, envelope, path);
        }

        return 0;
    }

    private static void PrintField(Invocation call, KvPath found, JsonObject envelope, string path)
    {
        if (!found.IsVersioned)
        {
            call.Printer.SecretField(envelope, call.Field);
            return;
        }

        if (envelope["data"].At("data") is not JsonObject data)
        {
            throw CliException.Remote($"No data found at {path}");
        }

        // "data" is the whole secret, unless it has a field of that name.
        var isWhole = call.Field == "data" && !data.ContainsKey("data");
        call.Printer.Field(isWhole ? data : data[call.Field], call.Field, isWhole ? "secret" : "map");
    }

    private static void Print(Invocation call, KvPath found, JsonObject envelope, string path)
    {
        var outer = envelope["data"] as JsonObject;
        if (found.IsVersioned)
        {
            PrintPath(call, path, "Secret Path");
        }

        if (outer.At("metadata") is JsonObject metadata)
        {
            call.Printer.Line(HeaderFor("Metadata", metadata));
            call.Printer.Data(metadata);
            call.Printer.Line("");
        }

        if ((found.IsVersioned ? outer.At("data") : outer) is JsonObject data)
        {
            call.Printer.Line(HeaderFor("Data", data));
            call.Printer.Data(data);
        }
    }
}
