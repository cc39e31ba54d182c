using System.Globalization;
using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Flags;
using Coffer.Cli.Output;
using Coffer.Client;
using Coffer.Text;

namespace Coffer.Cli.Operator;

internal sealed class OperatorQuarantineCommand : ApiCommand
{
    private readonly SwitchFlag _release;

    public OperatorQuarantineCommand()
        : base(
            "operator quarantine",
            "Shows or releases an older copy of the store",
            "",
            Arity.None,
            """
            A server that finds an older copy of its store, such as a restored
            backup, or entries that were changed behind its back, accepts and
            revokes nothing. Without a flag this shows the copy, the kinds of such
            entries, and the leases and tokens that are past their end in it: on
            release they end at once.
            """) =>
        _release = Flag(new SwitchFlag("release", "Go on with the copy: what is past its end in it ends, and its tokens are good again."));

    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        if (_release.Value)
        {
            await call.SendAsync(ApiRequest.Write("sys/quarantine/release"), "Error releasing the quarantine", cancellation);
            call.Printer.Line("Success! The copy is the store from here on.");
            return 0;
        }

        var data = (await call.SendAsync(ApiRequest.Read("sys/quarantine"), "Error reading the quarantine", cancellation)).Data;
        if (!call.Printer.IsTable)
        {
            call.Printer.Data(data);
            return 0;
        }

        if (data?["active"] is not JsonValue active || !active.GetValue<bool>())
        {
            call.Printer.Line("There is no quarantine: the store is the one that was last in use.");
            return 0;
        }

        call.Printer.Line($"This copy of the store was last written at {Text(data["copy"], "time")}.");
        call.Printer.Line(data["last_known"] is { } known
            ? $"The store itself was last written at {Text(known, "time")}: {Missing(data)} in the copy."
            : "Nothing tells when the store itself was last written, so how much is missing in the copy is not known.");
        if (data["touched"] is JsonArray { Count: > 0 } touched)
        {
            call.Printer.Line($"Not what was last written: {string.Join(", ", touched.Select(GoValue.Of))}.");
        }

        string[][] due = [.. Rows(data["leases_due"], "lease_id"), .. Rows(data["tokens_due"], "accessor")];
        call.Printer.Line(due.Length > 0 ? Table.WithHeader(["Ends on release", "Due"], due) : "No lease and no token in it is past its end, so a release ends none.");
        return 0;
    }

    private static IEnumerable<string[]> Rows(JsonNode? list, string name) =>
        (list as JsonArray ?? []).Select(item => (string[])[name == "accessor" ? $"token {Text(item, name)}" : Text(item, name), Text(item, "due")]);

    private static string Missing(JsonObject data) => long.TryParse(Text(data, "commits_missing"), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
        ? Counted.Of(count, "later commit is missing", "later commits are missing")
        : "later commits are missing";

    private static string Text(JsonNode? node, string name) => node?[name] is { } value ? GoValue.Of(value) : "";
}
