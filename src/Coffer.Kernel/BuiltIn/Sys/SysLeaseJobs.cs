using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Pipeline;
using Coffer.Kernel.Revocation.Jobs;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary><c>sys/leases/jobs</c>: how far revocations of many leases are. Not in Vault.</summary>
internal static class SysLeaseJobs
{
    private static readonly Field<string> After = Field.Text("after", "The cursor that the page before ended with.");
    private static readonly Field<long> Limit = Field.Integer("limit", "Most jobs on the page.", 100);

    public static ImmutableArray<EnginePath> Paths { get; } =
    [
        new("leases/jobs", "Lists revocations of many leases, oldest first; those that have ended for seven days.")
        {
            Fields = [After, Limit], Query = [After, Limit], Read = ListAsync, List = ListAsync, Sudo = true,
        },
        new("leases/jobs/{id:any}", "Shows how far a revocation of many leases is.") { Read = ReadAsync, Sudo = true },
        new("leases/jobs/{id:any}/cancel", "Stops a revocation of many leases. What is revoked stays revoked.") { Write = CancelAsync, Sudo = true },
    ];

    private static async ValueTask<Reply> ListAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        if (request.Get(Limit) is < 1 or > Limits.ListedMax)
        {
            return Reply.Invalid($"limit must be between 1 and {Limits.ListedMax}");
        }

        var (jobs, next) = await JobStore.PageAsync(request.Work, request.Get(After), (int)request.Get(Limit), cancellation);
        if (jobs.Count == 0)
        {
            return Reply.NotFound;
        }

        return Reply.With(json =>
        {
            json.WriteTexts("keys", jobs.Select(job => job.Id));
            json.WriteStartObject("key_info");
            foreach (var job in jobs)
            {
                json.WriteStartObject(job.Id);
                Write(json, job);
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteString("next", next);
        });
    }

    private static async ValueTask<Reply> ReadAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var job = await JobStore.FindAsync(request.Work, request.Param("id"), cancellation);
        return job is null ? Reply.NotFound : Reply.With(json => Write(json, job));
    }

    private static async ValueTask<Reply> CancelAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var job = await JobStore.FindAsync(request.Work, request.Param("id"), cancellation);
        if (job is null)
        {
            return Reply.NotFound;
        }

        if (job.State != JobState.Running)
        {
            return Reply.Invalid($"job {job.Id} has ended already: it is {NameOf(job.State)}");
        }

        if (job.Emptied || job.Kind == JobKind.Entity)
        {
            return Reply.Invalid(job.Emptied
                ? $"job {job.Id} cannot be cancelled any more: the leases are gone, and the mount's data is being removed"
                : $"job {job.Id} cannot be cancelled: the entity that owned these leases is deleted, and they end with it");
        }

        JobStore.Put(request.Work, job with { State = JobState.Cancelled, EndTime = request.Now });
        await MountRemoval.SetDrainingAsync(request.Work, job.MountUuid, "", cancellation);
        return Reply.Done;
    }

    private static void Write(Utf8JsonWriter json, RevocationJob job)
    {
        json.WriteString("id", job.Id);
        json.WriteString("kind", job.Kind.ToString().ToLowerInvariant());
        json.WriteString("state", NameOf(job.State));
        json.WriteString("prefix", job.Prefix);
        json.WriteBoolean("force", job.ForceRevoke is not null);
        json.WriteString("by", job.By);
        json.WriteString("begin_time", Rfc3339.Format(job.BeginTime));
        if (job.EndTime is { } end)
        {
            json.WriteString("end_time", Rfc3339.Format(end));
        }

        json.WriteNumber("revoked", job.Revoked);
        json.WriteNumber("failed", job.Failed);
        if (job.FirstError.Length > 0)
        {
            json.WriteString("first_error", job.FirstError);
            json.WriteString("first_failed_lease", job.FirstFailedLease);
        }
    }

    private static string NameOf(JobState state) => state.ToString().ToLowerInvariant();
}
