using Coffer.Kernel.Pipeline;
using Coffer.Kernel.Revocation.Jobs;
using Coffer.Sdk.Primitives;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary>Begins a job after a request's commit, and answers when the job has ended or the client does not want to wait any longer.</summary>
internal sealed class JobWait(RevocationJobs jobs, IRandom random, TimeProvider clock)
{
    /// <summary>Stores a job in the request's unit of work and begins it after the commit.</summary>
    /// <param name="wait">Null: until it has ended. Zero: not at all.</param>
    public Reply Begin(KernelRequest request, RevocationJob job, TimeSpan? wait)
    {
        JobStore.Put(request.Work, job);
        return Join(job.Id, wait);
    }

    /// <summary>As <see cref="Begin"/>, for a job that is stored already.</summary>
    public Reply Join(string id, TimeSpan? wait) => Reply.Done.Then(async cancellation =>
    {
        var running = jobs.Start(id);
        if (wait is { } limit && (limit == TimeSpan.Zero || !await EndsAsync(running, limit, cancellation)))
        {
            return Reply.With(json => json.WriteString("job_id", id)).Shaped(new ReplyShape { Status = 202 });
        }

        try
        {
            var job = await running;
            return AnswerOf(job) ?? (wait is not null && job is not null ? Counts(job) : null);
        }
        catch (OperationCanceledException)
        {
            return Reply.Refuse(ErrorKind.Unavailable, $"the server is being sealed: job {id} goes on once it is unsealed");
        }
    });

    /// <summary>A client that limits its wait knows of jobs, so the answer counts what this one has done. Vault's clients get Vault's empty answer.</summary>
    private static Reply Counts(RevocationJob job) => Reply.With(json =>
    {
        json.WriteString("job_id", job.Id);
        json.WriteNumber("revoked", job.Revoked);
        json.WriteNumber("failed", job.Failed);
    });

    /// <summary>A job as it is stored at first.</summary>
    public RevocationJob New(KernelRequest request, JobKind kind, string prefix) => new()
    {
        Id = JobStore.NewId(request.Now, random),
        Kind = kind,
        Prefix = prefix,
        By = request.By?.Token.DisplayName ?? "",
        BeginTime = request.Now,
    };

    private async ValueTask<bool> EndsAsync(Task running, TimeSpan limit, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var first = await Task.WhenAny(running, Task.Delay(limit, clock, stop.Token));
        stop.Cancel();
        return first == running;
    }

    private static Reply? AnswerOf(RevocationJob? job)
    {
        if (job is null or { State: JobState.Done })
        {
            return null;
        }

        if (job.State == JobState.Cancelled)
        {
            return Reply.Invalid($"job {job.Id} was cancelled after {job.Revoked} leases");
        }

        var failure = job.Failed == 1 ? job.FirstError : $"{job.FirstError} (and {job.Failed - 1} more)";
        return Reply.Invalid(job.Kind == JobKind.Unmount
            ? $"failed to revoke leases below {job.Prefix}: {failure}; remove the cause and disable it again, or forget the leases with revoke-force first"
            : $"failed to revoke: {failure}; what is left is tried again by itself, sys/leases/attention says what it needs");
    }
}
