using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Data;
using Coffer.Cli.Flags;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.Leases;

internal sealed class LeaseAttentionCommand : ApiCommand
{
    private readonly TextFlag _mount;
    private readonly SwitchFlag _forgotten;

    public LeaseAttentionCommand()
        : base("lease attention", "Lists leases whose secrets could not be removed", "", Arity.None,
            """
            Lists the leases whose secrets could not be taken away, why, and what
            to do about each. Retry when the cause is removed:

                $ {0} lease attention
                $ {0} lease retry aws/creds/my-role/2f6a614c...

            With -forgotten, those that were given up in the last 90 days, with
            the names of what may still exist.
            """)
    {
        _mount = Flag(new TextFlag("mount", "Only the leases of this mount."));
        _forgotten = Flag(new SwitchFlag("forgotten", "List the leases that were forgotten."));
    }

    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var late = new JsonArray();
        var leases = await AllAsync(call, late, cancellation);
        if (!call.Printer.IsTable)
        {
            call.Printer.Data(leases);
            return 0;
        }

        foreach (var mount in late)
        {
            call.Printer.Line($"{GoValue.Of(mount.At("mount"))} ends its leases late: {GoValue.Of(mount.At("leases"))}{(GoValue.Of(mount.At("more")) == "true" ? " and more" : "")}, the oldest by {SecretTable.Human(mount.At("late_seconds"))}.");
        }

        if (leases.Count == 0 && late.Count > 0)
        {
            return 0;
        }

        if (leases.Count == 0)
        {
            call.Printer.Line(_forgotten.Value ? "No lease was forgotten in the last 90 days." : "No lease needs attention.");
            return 0;
        }

        foreach (var lease in leases.OfType<JsonObject>())
        {
            // One block each: errors and remedies are sentences, too long for columns.
            call.Printer.Rows([.. lease.Select(member => (string[])[member.Key, Cell(member.Value)])]);
            call.Printer.Line("");
        }

        return 0;
    }

    private async Task<JsonArray> AllAsync(Invocation call, JsonArray late, CancellationToken cancellation)
    {
        var path = _forgotten.Value ? "sys/leases/tombstones" : "sys/leases/attention";
        var leases = new JsonArray();
        var next = "";
        do
        {
            var query = new List<KeyValuePair<string, string>>();
            if (_mount.Value.Length > 0 && !_forgotten.Value)
            {
                query.Add(new("mount", Paths.Sanitize(_mount.Value)));
            }

            if (next.Length > 0)
            {
                query.Add(new("after", next));
            }

            var reply = await call.SendAsync(ApiRequest.Read(path) with { Query = query }, $"Error listing {path}", cancellation);
            foreach (var lease in reply.Data.At("leases") as JsonArray ?? [])
            {
                leases.Add(lease?.DeepClone());
            }

            if (next.Length == 0)
            {
                foreach (var mount in reply.Data.At("late") as JsonArray ?? [])
                {
                    late.Add(mount?.DeepClone());
                }
            }

            next = NextPage.After(next, reply.Data.At("next"));
        }
        while (next.Length > 0);
        return leases;
    }

    private static string Cell(JsonNode? value) => value is JsonObject or JsonArray ? value.ToJsonString() : GoValue.Of(value);
}
