using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Data;
using Coffer.Cli.Flags;
using Coffer.Cli.Outcomes;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.Leases;

internal sealed class LeaseJobsCommand : ApiCommand
{
    private static readonly string[] Columns = ["state", "kind", "prefix", "revoked", "failed", "begin_time"];

    private readonly SwitchFlag _cancel;

    public LeaseJobsCommand()
        : base("lease jobs", "Shows revocations of many leases", "[ID]", Arity.Between(0, 1),
            """
            Lists revocations of many leases: those that run, and those of the
            last seven days. With an ID, shows that one; with -cancel, stops it.

                $ {0} lease jobs
                $ {0} lease jobs -cancel 0V76xO7EPJVMdlbL
            """)
    {
        _cancel = Flag(new SwitchFlag("cancel", "Stop the job. What is revoked stays revoked."));
    }

    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        if (call.Arguments.Count == 0)
        {
            return _cancel.Value ? throw CliException.Local("Missing ID!") : await ListAsync(call, cancellation);
        }

        var id = call.Arguments[0];
        if (!_cancel.Value)
        {
            return call.Print(await call.ReadAsync(ApiRequest.Read($"sys/leases/jobs/{id}"), $"Error reading job {id}", cancellation), "");
        }

        await call.SendAsync(ApiRequest.Write($"sys/leases/jobs/{id}/cancel"), $"Error cancelling job {id}", cancellation);
        call.Printer.Line($"Success! Cancelled job: {id}");
        return 0;
    }

    private static async Task<int> ListAsync(Invocation call, CancellationToken cancellation)
    {
        var jobs = new JsonObject();
        var next = "";
        do
        {
            var request = ApiRequest.Read("sys/leases/jobs") with { Query = next.Length == 0 ? [] : [new("after", next)] };
            var page = (await call.ReadOrNullAsync(request, "Error listing jobs", cancellation)).At("data");
            foreach (var (id, job) in page.At("key_info") as JsonObject ?? [])
            {
                jobs[id] = job?.DeepClone();
            }

            next = NextPage.After(next, page.At("next"));
        }
        while (next.Length > 0);

        if (!call.Printer.IsTable)
        {
            call.Printer.Data(jobs);
            return 0;
        }

        call.Printer.Line(jobs.Count == 0
            ? "No revocation of many leases in the last seven days."
            : Table.WithHeader(["ID", "State", "Kind", "Prefix", "Revoked", "Failed", "Begun"], jobs.Select(job => (string[])[job.Key, .. Columns.Select(column => GoValue.Of(job.Value.At(column)))])));
        return 0;
    }
}
