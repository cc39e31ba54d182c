using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Output;
using Coffer.Cli.Settings;
using Coffer.Client;

namespace Coffer.Cli.Audit;

internal sealed class AuditListCommand() : ApiCommand("audit list", "Lists enabled audit devices", "", Arity.None, "Lists the audit devices.", Shows.Detailed)
{
    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var devices = (await call.SendAsync(ApiRequest.Read("sys/audit"), "Error listing audits", cancellation)).Entries();
        if (!call.Printer.IsTable)
        {
            call.Printer.Data(devices);
            return 0;
        }

        if (devices.Count == 0)
        {
            call.Printer.Line("No audit devices are enabled.");
            return 2;
        }

        string[] header = call.Detailed ? ["Path", "Type", "Description", "Replication", "Options"] : ["Path", "Type", "Description"];
        var rows = devices.OrderBy(device => device.Key, StringComparer.Ordinal).Select(device => Row(device.Key, (JsonObject)device.Value!, call.Detailed));
        call.Printer.Line(Table.WithHeader(header, rows));
        return 0;
    }

    private static string[] Row(string path, JsonObject device, bool detailed)
    {
        string[] simple = [path, GoValue.Of(device["type"]), GoValue.Of(device["description"] ?? "")];
        var options = (device["options"] as JsonObject ?? []).OrderBy(option => option.Key, StringComparer.Ordinal)
            .Select(option => $"{option.Key}={GoValue.Of(option.Value)}");
        return detailed
            ? [.. simple, GoValue.Of(device["local"]) == "true" ? "local" : "replicated", string.Join(' ', options)]
            : simple;
    }
}
