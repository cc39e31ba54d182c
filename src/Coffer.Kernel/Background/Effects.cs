using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.Background;

/// <summary>What works of the scheduler have begun and goes on beside their steps, such as a call to an outside system. Counted, so that a seal can wait for it.</summary>
/// <param name="log">Says which effects end with an exception. Effects are expected to handle their own.</param>
/// <param name="stop">Cancelled at seal.</param>
internal sealed class Effects(ILogger log, CancellationToken stop)
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // One for the owner, so that a moment without effects is not taken for the end.
    private int _running = 1;

    /// <summary>Whether any effect is under way.</summary>
    public bool AreRunning => Volatile.Read(ref _running) > 1;

    /// <summary>Begins an effect; returns before it runs.</summary>
    public void Run(Func<Task> effect)
    {
        Interlocked.Increment(ref _running);
        _ = RunCountedAsync(effect);
    }

    /// <summary>Ends when nothing runs any more. Called once, when nothing but effects begins effects.</summary>
    public Task EndAsync()
    {
        NoteEnd();
        return _ended.Task;
    }

    private async Task RunCountedAsync(Func<Task> effect)
    {
        try
        {
            await Task.Yield();
            await effect();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // What it was about is in the store, and is taken up at the next unseal.
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            BackgroundLog.EffectFailed(log, error);
        }
        finally
        {
            NoteEnd();
        }
    }

    private void NoteEnd()
    {
        if (Interlocked.Decrement(ref _running) == 0)
        {
            _ended.TrySetResult();
        }
    }
}
