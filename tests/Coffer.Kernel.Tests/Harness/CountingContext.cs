namespace Coffer.Kernel.Tests.Harness;

/// <summary>
/// Runs what is posted to it on the thread pool, and counts what is queued or runs. While nothing is, everything that was begun in it waits: for the clock, for
/// the outside system, or for a test. That moment can be awaited, so a test needs no pause to know that nothing more will happen by itself.
/// </summary>
/// <remarks>
/// It counts only code that stays in it: code that is begun with <see cref="RunAsync"/>, and awaits without leaving its context. The kernel's background work
/// does; that is why it begins its effects without <see cref="Task.Run(Action)"/>.
/// </remarks>
internal sealed class CountingContext : SynchronizationContext
{
    private readonly Lock _lock = new();
    private readonly List<TaskCompletionSource> _waiting = [];
    private int _busy;

    /// <summary>Ends at the next moment at which nothing is queued or runs; at once when that is now.</summary>
    public Task IdleAsync()
    {
        lock (_lock)
        {
            if (_busy == 0)
            {
                return Task.CompletedTask;
            }

            var idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add(idle);
            return idle.Task;
        }
    }

    /// <summary>Runs something in this context.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> work)
    {
        var begun = new TaskCompletionSource<Task<T>>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(_ => begun.SetResult(BeginAsync(work)), null);
        return await await begun.Task;
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        Enter();
        ThreadPool.UnsafeQueueUserWorkItem(_ => Run(d, state), null);
    }

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Nothing may block.");

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Counts something that leaves the context and comes back to it.</summary>
    internal void Enter()
    {
        lock (_lock)
        {
            _busy++;
        }
    }

    internal void Leave()
    {
        TaskCompletionSource[] waiting;
        lock (_lock)
        {
            if (--_busy > 0 || _waiting.Count == 0)
            {
                return;
            }

            waiting = [.. _waiting];
            _waiting.Clear();
        }

        foreach (var idle in waiting)
        {
            idle.SetResult();
        }
    }

    // A method of its own, so that an exception thrown before the first await is in the task as well.
    private static async Task<T> BeginAsync<T>(Func<Task<T>> work) => await work();

    private void Run(SendOrPostCallback d, object? state)
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            d(state);
        }
        finally
        {
            SetSynchronizationContext(before);
            Leave();
        }
    }
}
