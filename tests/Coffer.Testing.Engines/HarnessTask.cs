using Coffer.Sdk.Engines;
using Coffer.Sdk.Replies;
using Coffer.Sdk.Tasks;

namespace Coffer.Testing.Engines;

/// <summary>Has the kernel run a task of the engine, and shows how the run ended. Time passes while it waits.</summary>
public sealed class HarnessTask(EngineHarness engine)
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);

    /// <summary>Commits of the run so far.</summary>
    public int Commits { get; private set; }

    /// <summary>The commit of the run whose call of the store fails, counted from 0; none by default.</summary>
    public int FailingCommit { get; set; } = -1;

    /// <summary>Whether the failing commit is stored all the same, as when the answer of a store is lost.</summary>
    public bool FailsAfterwards { get; set; }

    /// <summary>Runs before the task does anything: the place to let others act.</summary>
    public Func<Task> Before { get; set; } = () => Task.CompletedTask;

    /// <summary>Waits for the next run of a task that the kernel begins by itself, because it is due or will be.</summary>
    public async Task<TaskOutcome> RunAsync(string name)
    {
        engine.Tasks.Wanted = this;
        try
        {
            var ended = engine.Tasks.Of(name).Reader;
            if (ended.TryRead(out var run))
            {
                return run.OutcomeOrThrow();
            }

            var state = await engine.Store.FindTaskAsync(name, "", CancellationToken.None) ?? throw new InvalidOperationException($"no run of {name} is due");
            if (state.Due - engine.Clock.GetUtcNow() is var wait && wait > TimeSpan.Zero)
            {
                engine.Clock.Advance(wait);
            }

            var next = ended.ReadAsync().AsTask();
            await engine.AdvanceUntilEndAsync(next, Step);
            return (await next).OutcomeOrThrow();
        }
        finally
        {
            engine.Tasks.Wanted = null;
        }
    }

    /// <summary>Asks a path for a run of its task, and waits until the kernel has run it.</summary>
    public async Task<TaskOutcome> WriteAsync(string path)
    {
        engine.Tasks.Wanted = this;
        try
        {
            var ask = new Ask();
            engine.Tasks.Forget();
            var asked = engine.SendAsync(ask, Operation.Update, path, null);
            await engine.AdvanceUntilEndAsync(asked, Step);
            await asked;
            return ask.Reply is Reply.Run run && engine.Tasks.Of(run.Task).Reader.TryRead(out var ended)
                ? ended.OutcomeOrThrow()
                : throw new InvalidOperationException($"{path} ran no task");
        }
        finally
        {
            engine.Tasks.Wanted = null;
        }
    }

    internal void BeforeCommit(FaultyStore store)
    {
        if (Commits++ == FailingCommit)
        {
            store.FailCall(StoreCall.Commit, store.CallsOf(StoreCall.Commit) + 1, FailsAfterwards ? FaultMoment.After : FaultMoment.Before);
        }
    }
}
