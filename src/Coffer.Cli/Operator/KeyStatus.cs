using System.Globalization;
using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.Operator;

/// <summary>The state of the encryption key, as two commands show it.</summary>
internal static class KeyStatus
{
    public static async Task<JsonObject> ReadAsync(Invocation call, CancellationToken cancellation)
    {
        var reply = await call.SendAsync(ApiRequest.Read("sys/key-status"), "Error reading key status", cancellation);
        var all = reply.Data ?? reply.Json ?? [];
        return new JsonObject
        {
            ["term"] = all["term"]?.DeepClone(),
            ["install_time"] = all["install_time"]?.DeepClone(),
            ["encryptions"] = all["encryptions"]?.DeepClone(),
        };
    }

    public static void Print(Invocation call, JsonObject status)
    {
        if (!call.Printer.IsTable)
        {
            call.Printer.Data(status);
            return;
        }

        var installed = GoValue.Of(status["install_time"]);
        var time = DateTimeOffset.TryParse(installed, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var parsed)
            ? parsed.UtcDateTime.ToString("dd MMM yy HH:mm 'UTC'", CultureInfo.InvariantCulture)
            : installed;
        call.Printer.Line(Table.Columns(
        [
            ["Key Term", GoValue.Of(status["term"])],
            ["Install Time", time],
            ["Encryption Count", GoValue.Of(status["encryptions"] ?? 0)],
        ]));
    }
}
