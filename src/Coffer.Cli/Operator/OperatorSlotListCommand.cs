using System.Globalization;
using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Data;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.Operator;

internal sealed class OperatorSlotListCommand() : ApiCommand("operator slot list", "Lists the key slots", "", Arity.None,
    """
    Shows the ways into the store. Each of them is enough by itself.
    """)
{
    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var reply = await call.SendAsync(ApiRequest.Read("sys/key-slots"), "Error listing key slots", cancellation);
        var info = reply.Data.At("key_info") as JsonObject ?? [];
        if (!call.Printer.IsTable)
        {
            call.Printer.Data(info);
            return 0;
        }

        call.Printer.Line(Table.WithHeader(
            ["ID", "Type", "Created", "Opens with"],
            info.Select(slot => (string[])[slot.Key, Text(slot.Value, "type"), Seconds(Text(slot.Value, "created")), OpensWith(slot.Value)])));
        return 0;
    }

    internal static string OpensWith(JsonNode? slot) => Text(slot, "type") switch
    {
        "shamir" => $"{Text(slot, "secret_threshold")} of {Text(slot, "secret_shares")} key share{(Text(slot, "secret_shares") == "1" ? "" : "s")}",
        "static" => $"the server's key \"{Text(slot, "key_id")}\"",
        "damaged" => "nothing: it cannot be read, and may be removed",
        _ => "something that this program does not know",
    };

    private static string Seconds(string time) => DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var parsed)
        ? parsed.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
        : time;

    private static string Text(JsonNode? slot, string name) => slot.At(name) is { } value ? GoValue.Of(value) : "";
}
