using System.Globalization;
using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Outcomes;
using Coffer.Cli.Settings;
using Coffer.Client;

namespace Coffer.Cli.Kv;

internal sealed class KvMetadataGetCommand() : KvCommand("kv metadata get", "Retrieves key metadata from the KV store", "KEY", Arity.One,
    "Prints the settings and versions of a key.", Shows.Field)
{
    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var path = (await FindAsync(call, cancellation)).VersionedApi("metadata", "Metadata");
        var envelope = await call.ReadAsync(ApiRequest.Read(path), $"Error reading {path}", cancellation);
        if (call.Field.Length > 0 || !call.Printer.IsTable)
        {
            return call.Print(envelope, "");
        }

        if (envelope["data"] is not JsonObject data || data["versions"] is not JsonObject versions)
        {
            call.Printer.Secret(envelope);
            throw CliException.Remote($"No value found at {path}");
        }

        data.Remove("versions");
        PrintPath(call, path, "Metadata Path");
        call.Printer.Line(HeaderFor("Metadata", data));
        call.Printer.Secret(envelope);
        foreach (var (number, version) in versions.OrderBy(version => Number(version.Key)))
        {
            call.Printer.Line("\n" + HeaderFor($"Version {number}", version as JsonObject ?? []));
            call.Printer.Data(version);
        }

        return 0;
    }

    private static int Number(string version) =>
        int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw CliException.Remote($"Error parsing version {version}");
}
