using Coffer.Sdk.Engines;
using Coffer.Sdk.Replies;
using Coffer.Sdk.Tasks;

namespace Coffer.Testing.Engines;

/// <summary>Has the kernel run a task of the engine, and shows how the run ended. Virtual time passes while it waits.</summary>
/// <param name="engine">The harness of the engine.</param>
public sealed class HarnessTask(EngineHarness engine)
{
    private Func<string, string, bool> _watches = (_, _) => false;

    /// <summary>Commits so far of the runs that this object waited for.</summary>
    public int Commits { get; private set; }

    /// <summary>Which commit fails at the store, counted as in <see cref="Commits"/> from 0; none unless a test sets it.</summary>
    public int FailingCommit { get; set; } = -1;

    /// <summary>Whether the failing commit is stored all the same, as when a store's answer is lost.</summary>
    public bool FailsAfterwards { get; set; }

    /// <summary>Runs before each run of the task that begins while this object waits: the place to let others act.</summary>
    public Func<Task> Before { get; set; } = () => Task.CompletedTask;

    /// <summary>Waits for the next run of a task that is due now or later, as a handler, an earlier run or the task itself has set it.</summary>
    /// <param name="name">The <see cref="IEngineTask.Name"/>.</param>
    /// <param name="argument">What the run is for, such as the name of a role; empty for the run of the whole mount.</param>
    /// <returns>How the first run ended that no earlier call has returned; it may have ended before this call.</returns>
    /// <exception cref="InvalidOperationException">No run of this task with this argument is due.</exception>
    public async Task<TaskOutcome> RunAsync(string name, string argument = "")
    {
        var ended = engine.Tasks.Of(name, argument).Reader;
        if (ended.TryRead(out var run))
        {
            return run.OutcomeOrThrow();
        }

        var state = await engine.Store.FindTaskAsync(name, argument, CancellationToken.None)
            ?? throw new InvalidOperationException(
                $"no run of task \"{name}\" with argument \"{argument}\" is due: ask a path that answers {nameof(Reply.Run)}, or schedule the run first");
        return await WatchAsync((task, of) => (task, of) == (name, argument), async () =>
        {
            if (state.Due - engine.Clock.GetUtcNow() is var wait && wait > TimeSpan.Zero)
            {
                await engine.LeapAsync(wait);
            }

            await engine.AdvanceUntilAsync(() => Task.FromResult(ended.TryRead(out run)));
            return run!.OutcomeOrThrow();
        });
    }

    /// <summary>Writes to a path whose handler answers <see cref="Reply.Run"/>, and waits until the kernel has run that task with that argument.</summary>
    /// <param name="path">Below the mount.</param>
    /// <param name="json">The body; null for none.</param>
    /// <exception cref="InvalidOperationException">The handler answered something else, or the kernel refused the request.</exception>
    public Task<TaskOutcome> WriteAsync(string path, string? json = null)
    {
        var ask = new Ask();
        return WatchAsync((task, argument) => ask.Reply is Reply.Run run && (task, argument) == (run.Task, run.Argument), async () =>
        {
            engine.Tasks.Forget();
            var asked = engine.SendAsync(ask, Operation.Update, path, json);
            await engine.AdvanceUntilEndAsync(asked);
            await asked;
            return ask.Reply is Reply.Run run && engine.Tasks.Of(run.Task, run.Argument).Reader.TryRead(out var ended)
                ? ended.OutcomeOrThrow()
                : throw new InvalidOperationException($"{path} ran no task");
        });
    }

    /// <summary>Whether the run of a task that begins now is the one that this object waits for.</summary>
    internal bool Watches(string task, string argument) => _watches(task, argument);

    internal void BeforeCommit(FaultyStore store)
    {
        if (Commits++ == FailingCommit)
        {
            store.FailCall(StoreCall.Commit, store.CallsOf(StoreCall.Commit) + 1, FailsAfterwards ? FaultMoment.After : FaultMoment.Before);
        }
    }

    private async Task<TaskOutcome> WatchAsync(Func<string, string, bool> watches, Func<Task<TaskOutcome>> run)
    {
        _watches = watches;
        engine.Tasks.Wanted = this;
        try
        {
            return await run();
        }
        finally
        {
            engine.Tasks.Wanted = null;
        }
    }
}
