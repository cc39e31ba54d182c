using Coffer.Sdk.Engines;
using Coffer.Sdk.Replies;
using Coffer.Sdk.Tasks;

namespace Coffer.Testing.Engines;

/// <summary>Runs a task without the kernel, each of its commits on the harness's store; time passes while it waits.</summary>
public sealed class HarnessTask(EngineHarness engine, string argument = "") : ITaskContext
{
    /// <summary>Commits made so far.</summary>
    public int Commits { get; private set; }

    /// <summary>The commit that fails, once, counted from 0; none by default.</summary>
    public int FailingCommit { get; set; } = -1;

    /// <summary>Whether the failing commit is stored all the same, as when the answer of a store is lost.</summary>
    public bool FailsAfterwards { get; set; }

    public string Argument => argument;

    public MountView Mount => engine.Mount;

    public DateTimeOffset Now => engine.Clock.GetUtcNow();

    public IStorageReader Read() => engine.Store.Begin();

    public async ValueTask CommitAsync(Func<IStorageView, ValueTask> change, CancellationToken cancellation)
    {
        // Once for nothing: that is what a conflict does.
        await change(engine.Store.Begin());
        var unit = engine.Store.Begin();
        await change(unit);
        var fails = Commits++ == FailingCommit;
        if (!fails || FailsAfterwards)
        {
            unit.Commit();
        }

        if (fails)
        {
            throw new IOException("the store is gone");
        }
    }

    /// <summary>Goes on with a task from what is stored.</summary>
    public async Task<TaskOutcome> RunAsync(string name)
    {
        var run = engine.Engine.Tasks.Single(task => task.Name == name).RunAsync(this, TestContext.Current.CancellationToken).AsTask();
        await engine.AdvanceUntilEndAsync(run, TimeSpan.FromMilliseconds(250));
        return await run;
    }

    /// <summary>Asks a path for a run of its task, and runs it.</summary>
    public async Task<TaskOutcome> WriteAsync(string path) => await engine.WriteAsync(path) is Reply.Run run
        ? await RunAsync(run.Task)
        : throw new InvalidOperationException($"{path} begins no task");
}
