using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.Background;

/// <summary>
/// Runs the background work of an unsealed server; nothing else begins any. One step of one work runs at a time, when it is due or when a signal brings it
/// forward; different works run side by side, so that none waits for another.
/// </summary>
/// <param name="effects">What the works begin and do not wait for.</param>
/// <param name="released">Ends when the store is not in quarantine, or not any more.</param>
/// <param name="clock">The kernel's time, and the timers to sleep by.</param>
/// <param name="log">Says which steps fail; each runs again after its work's <see cref="IBackgroundWork.RetryAfter"/>.</param>
/// <param name="stop">Cancelled at seal: then no further step begins.</param>
internal sealed class Scheduler(
    ImmutableArray<IBackgroundWork> works, Effects effects, Task released, TimeProvider clock, ILogger log, CancellationToken stop)
{
    private ImmutableArray<Task> _loops = [];

    /// <summary>Whether every work sleeps until a later time and no effect is under way.</summary>
    public bool IsIdle
    {
        get
        {
            // The works are looked at on both sides: a step that was still running at the first look may have made another work due, and so may an effect.
            var now = clock.GetUtcNow();
            return AllSleep(now) && !effects.AreRunning && AllSleep(now);
        }
    }

    /// <summary>Begins the first step of each work; returns before any has run.</summary>
    public void Start() => _loops = [.. works.Select(RunAsync)];

    /// <summary>Waits for the steps and effects that are under way. The stop token is cancelled before.</summary>
    public async Task StopAsync()
    {
        await Task.WhenAll(_loops);
        await effects.EndAsync();
    }

    private bool AllSleep(DateTimeOffset now) => works.All(work => work.Due.Sleeps(now));

    private async Task RunAsync(IBackgroundWork work)
    {
        await Task.Yield();
        try
        {
            if (work.WaitsForRelease)
            {
                await WaitForReleaseAsync();
            }

            while (!stop.IsCancellationRequested)
            {
                await StepAsync(work);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Sealed: what is due is in the store.
        }
    }

    private async ValueTask StepAsync(IBackgroundWork work)
    {
        DateTimeOffset next;
        work.Due.BeginStep();
        try
        {
            next = await work.StepAsync(clock.GetUtcNow(), stop);
        }
        catch (Exception error) when (error is not OutOfMemoryException && !(error is OperationCanceledException && stop.IsCancellationRequested))
        {
            BackgroundLog.StepFailed(log, work.Name, work.RetryAfter.TotalSeconds, error);
            await DueSignal.PauseAsync(work.RetryAfter, clock, stop);
            return;
        }

        await work.Due.SleepAsync(next, clock, stop);
    }

    private async ValueTask WaitForReleaseAsync()
    {
        var either = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var stopped = stop.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), either);
        _ = NoteReleaseAsync(either);
        await either.Task;
    }

    private async Task NoteReleaseAsync(TaskCompletionSource either)
    {
        await released;
        either.TrySetResult();
    }
}
