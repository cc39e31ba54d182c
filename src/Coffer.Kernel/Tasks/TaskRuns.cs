using Coffer.Kernel.EngineStorage;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Leases;
using Coffer.Sdk.Replies;
using Coffer.Sdk.Storage;
using Coffer.Sdk.Tasks;
using Coffer.Storage;
using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.Tasks;

/// <summary>One run of a task, from the state that is stored to the note of how it ended.</summary>
internal sealed class TaskRuns(Transactor transactions, RouterFactory routers, TimeProvider clock, ILogger log, CancellationToken stop)
{
    private static readonly TimeSpan RetryMin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RetryMax = TimeSpan.FromMinutes(5);

    /// <summary>As <see cref="RunAsync"/>, for a run that no request waits for: what goes wrong is reported.</summary>
    public async Task<Reply> RunUnaskedAsync(TaskName name)
    {
        try
        {
            var reply = await RunAsync(name);
            if (reply is Reply.Refused)
            {
                TaskLog.Unfinished(log, name.Task);
            }

            return reply;
        }
        catch (Exception error) when (error is not OutOfMemoryException && !stop.IsCancellationRequested)
        {
            TaskLog.Failed(log, name.Task, error);
            throw;
        }
    }

    /// <summary>Runs the task once, and notes how it ended. Cut off by a seal, it notes nothing and so stays due.</summary>
    public async Task<Reply> RunAsync(TaskName name)
    {
        var seen = await TaskStore.FindAsync(transactions.Begin(), name, stop);
        TaskOutcome? outcome;
        try
        {
            outcome = await CallEngineAsync(name);
        }
        catch (Exception error) when (error is not OutOfMemoryException && !stop.IsCancellationRequested)
        {
            await TryNoteFailureAsync(name, seen, error.Message);
            throw;
        }

        await NoteAsync(name, seen, outcome);
        return outcome?.Reply ?? Reply.NotFound;
    }

    /// <returns>Null when the mount or the task is gone.</returns>
    private async ValueTask<TaskOutcome?> CallEngineAsync(TaskName name)
    {
        var table = await transactions.Begin().GetAsync(MountTable.StorageKey, MountsJsonContext.Default.MountTable, stop);
        if (table is null || routers.For(table).FindByUuid(name.MountUuid) is not { } mounted || mounted.TaskOf(name.Task) is not { } task)
        {
            return null;
        }

        using var use = mounted.Instance.Enter();
        using var limit = new CancellationTokenSource(task.RunTimeMax, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            return await task.RunAsync(new Context(transactions, clock, mounted, name.Argument), either.Token);
        }
        catch (EngineException error)
        {
            return TaskOutcome.Unfinished(new Reply.Refused(new ApiError(error.Kind, error.Message)));
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            return TaskOutcome.Unfinished(Reply.Refuse(
                ErrorKind.Unavailable, $"the run took longer than {task.RunTimeMax.TotalSeconds} s and was cut off; see that the outside system can be reached: it is tried again"));
        }
    }

    /// <summary>Once a run has ended, the client of a request or a seal changes nothing about what is noted of it.</summary>
    private ValueTask NoteAsync(TaskName name, TaskState? seen, TaskOutcome? outcome) => transactions.RunAsync(
        async work =>
        {
            if (await TaskStore.FindAsync(work, name, CancellationToken.None) is not { } current)
            {
                return;
            }

            var now = clock.GetUtcNow();
            var isAsked = current.Due != seen?.Due;
            if (outcome is { IsUnfinished: true })
            {
                TaskStore.Put(work, name, current, Failed(current, string.Join("; ", outcome.Reply is Reply.Refused refused ? refused.Error.Messages : outcome.Reply.Warnings)));
            }
            else if (isAsked && current.Due > now)
            {
                // Set while it ran: that time holds.
                TaskStore.Put(work, name, current, current with { LastRun = now, LastError = "", Failures = 0 });
            }
            else if (outcome?.NextRun is { } next)
            {
                TaskStore.Put(work, name, current, new TaskState(next) { LastRun = now });
            }
            else
            {
                TaskStore.Remove(work, name, current);
            }
        },
        CancellationToken.None);

    private TaskState Failed(TaskState current, string reason)
    {
        var now = clock.GetUtcNow();
        var failures = current.Failures + 1;
        var wait = RetryMin * Math.Pow(2, Math.Min(failures - 1, 10));
        return new TaskState(now + (wait < RetryMax ? wait : RetryMax)) { LastRun = now, LastError = reason, Failures = failures };
    }

    /// <summary>The failure itself counts for more than that its note could not be stored: then it stays due.</summary>
    private async ValueTask TryNoteFailureAsync(TaskName name, TaskState? seen, string reason)
    {
        try
        {
            await NoteAsync(name, seen, TaskOutcome.Unfinished(Reply.Refuse(ErrorKind.Internal, reason)));
        }
        catch (StoreUnavailableException error)
        {
            TaskLog.Failed(log, name.Task, error);
        }
    }

    private sealed class Context(Transactor transactions, TimeProvider clock, MountedEngine mounted, string argument) : ITaskContext
    {
        public string Argument => argument;

        public MountView Mount => mounted.View;

        public DateTimeOffset Now => clock.GetUtcNow();

        public IStorageReader Read() => new LatestReader(transactions, mounted.Mount.Uuid);

        public ValueTask CommitAsync(Func<IStorageView, ValueTask> change, CancellationToken cancellation) =>
            transactions.RunAsync(work => change(new StorageView(work, mounted.Mount.Uuid)), cancellation);
    }
}
