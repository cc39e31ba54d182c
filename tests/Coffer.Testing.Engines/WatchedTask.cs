using System.Runtime.ExceptionServices;
using Coffer.Kernel.EngineStorage;
using Coffer.Sdk.Storage;
using Coffer.Sdk.Tasks;

namespace Coffer.Testing.Engines;

/// <summary>A task that the kernel runs; notes how each run ended, and lets a test make its commits fail.</summary>
internal sealed class WatchedTask(IEngineTask inner, EngineHarness harness) : IEngineTask
{
    public string Name => inner.Name;

    public TimeSpan? FirstRunAfter => inner.FirstRunAfter;

    public TimeSpan RunTimeMax => inner.RunTimeMax;

    public async ValueTask<TaskOutcome> RunAsync(ITaskContext context, CancellationToken cancellation)
    {
        var wanted = harness.Tasks.Wanted is { } waiting && waiting.Watches(Name, context.Argument) ? waiting : null;
        try
        {
            await (wanted?.Before() ?? Task.CompletedTask);
            var outcome = await inner.RunAsync(new Context(context, Name, harness, wanted), cancellation);
            harness.Tasks.Of(Name, context.Argument).Writer.TryWrite(new TaskRun(outcome, null));
            return outcome;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            harness.Tasks.Of(Name, context.Argument).Writer.TryWrite(new TaskRun(null, ExceptionDispatchInfo.Capture(error)));
            throw;
        }
    }

    private sealed class Context(ITaskContext inner, string task, EngineHarness harness, HarnessTask? wanted) : ITaskContext
    {
        public string Argument => inner.Argument;

        public MountView Mount => inner.Mount;

        public DateTimeOffset Now => inner.Now;

        public IStorageReader Read() => inner.Read();

        /// <summary>Meets one conflict, as a request does: the note that the run is due is read here, and changed after the first try.</summary>
        public async ValueTask CommitAsync(Func<IStorageView, ValueTask> change, CancellationToken cancellation)
        {
            var uuid = await harness.UuidAsync();
            var tries = 0;
            await inner.CommitAsync(
                async view =>
                {
                    var due = await view.FindTaskAsync(task, Argument, cancellation);
                    await change(view);
                    if (++tries == 1 && due is not null && harness.RunsTwice)
                    {
                        await harness.TouchAsync($"{TaskStore.OfMount(uuid)}{task}/{Argument}");
                    }
                    else
                    {
                        wanted?.BeforeCommit(harness.Faults);
                    }
                },
                cancellation);
        }
    }
}
