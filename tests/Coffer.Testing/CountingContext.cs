namespace Coffer.Testing;

/// <summary>
/// Runs what is posted to it on the thread pool, and counts what is queued or runs. While nothing is, everything that was begun in it waits: for the clock, for
/// the outside system, or for a test. That moment can be awaited, so a test needs no pause to know that nothing more will happen by itself.
/// </summary>
/// <remarks>
/// It counts only code that stays in it: code that is begun with <see cref="RunAsync"/>, and awaits without leaving its context. The kernel's background work
/// does; that is why it begins its effects without <see cref="Task.Run(Action)"/>.
/// </remarks>
public class CountingContext : SynchronizationContext
{
    /// <summary>What this thread runs now; null where nothing is counted.</summary>
    [ThreadStatic]
    private static Turn? _turn;

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

    /// <summary>Runs something in this context. The task is completed before the context is idle.</summary>
    public Task<T> RunAsync<T>(Func<Task<T>> work)
    {
        var done = new TaskCompletionSource<T>();
        Post(_ => CompleteAsync(), null);
        return done.Task;

        async void CompleteAsync()
        {
            try
            {
                done.SetResult(await work());
            }
            catch (OperationCanceledException cancelled)
            {
                done.SetCanceled(cancelled.CancellationToken);
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                done.SetException(failure);
            }
        }
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        Enter();

        // What is run sees the test's own values, such as its cancellation.
        var flow = ExecutionContext.Capture();
        Queue(_ =>
        {
            if (flow is null)
            {
                Run(d, state);
            }
            else
            {
                ExecutionContext.Run(flow, _ => Run(d, state), null);
            }
        });
    }

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Nothing may block.");

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>An <c>async void</c> method has no one to wait for it but what it completes.</summary>
    public override void OperationStarted()
    {
    }

    public override void OperationCompleted()
    {
    }

    /// <summary>
    /// Ends when what runs now on this thread has come to its waits; at once where nothing is counted. A task that ends before something has come to wait for it, while
    /// that is about to, has it go on elsewhere, where nothing counts it.
    /// </summary>
    public static Task EndOfTurn() => _turn?.Ended.Task ?? Task.CompletedTask;

    /// <summary>Runs something on this thread, up to its waits.</summary>
    public static void RunTurn(Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        var (outer, own) = (_turn, new Turn());
        _turn = own;
        try
        {
            action();
        }
        finally
        {
            _turn = outer;
            own.Ended.SetResult();
        }
    }

    /// <summary>Counts something that leaves the context and comes back to it, until <see cref="Leave"/>.</summary>
    public void Enter()
    {
        lock (_lock)
        {
            _busy++;
        }
    }

    /// <summary>Ends what <see cref="Enter"/> began. What waits for it has been posted to the context before, so that the context is not idle in between.</summary>
    public void Leave()
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

    /// <summary>Has something run, on another thread than the caller's.</summary>
    protected virtual void Queue(WaitCallback work) => ThreadPool.UnsafeQueueUserWorkItem(work, null);

    private void Run(SendOrPostCallback d, object? state)
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            RunTurn(() => d(state));
        }
        finally
        {
            SetSynchronizationContext(before);
            Leave();
        }
    }

    private sealed class Turn
    {
        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
