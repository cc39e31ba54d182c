namespace Coffer.Kernel.Leases;

/// <summary>Tells the janitor that something became due earlier than it knows.</summary>
public sealed class DueSignal
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = New();
    private DateTimeOffset _wake = DateTimeOffset.MaxValue;
    private DateTimeOffset _earliest = DateTimeOffset.MaxValue;

    /// <summary>Something will be due at this time.</summary>
    public void Add(DateTimeOffset due)
    {
        lock (_lock)
        {
            _earliest = due < _earliest ? due : _earliest;
            if (due < _wake)
            {
                _wake = due;
                _changed.TrySetResult();
            }
        }
    }

    /// <summary>The earliest time that was added since this was last asked.</summary>
    public DateTimeOffset TakeEarliest()
    {
        lock (_lock)
        {
            var earliest = _earliest;
            _earliest = DateTimeOffset.MaxValue;
            return earliest;
        }
    }

    /// <summary>Waits until <paramref name="next"/>, or until something becomes due before it.</summary>
    public async ValueTask WaitAsync(DateTimeOffset next, TimeProvider clock, CancellationToken cancellation)
    {
        Task changed;
        lock (_lock)
        {
            if (_changed.Task.IsCompleted)
            {
                _changed = New();
                if (_wake <= clock.GetUtcNow() || _wake < next)
                {
                    // Came in between two looks: look again at once, with nothing remembered.
                    _wake = DateTimeOffset.MaxValue;
                    return;
                }
            }

            _wake = next;
            changed = _changed.Task;
        }

        var delay = next - clock.GetUtcNow();
        if (delay <= TimeSpan.Zero)
        {
            return;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var timer = Task.Delay(delay < DelayMax ? delay : DelayMax, clock, stop.Token);
        await Task.WhenAny(timer, changed);
        await stop.CancelAsync();
        lock (_lock)
        {
            // From here on anything new is new: nothing is compared with a time that was waited for and has passed.
            if (!_changed.Task.IsCompleted)
            {
                _wake = DateTimeOffset.MaxValue;
            }
        }

        cancellation.ThrowIfCancellationRequested();
    }

    // Also the longest that a jump of the clock can go unnoticed.
    private static readonly TimeSpan DelayMax = TimeSpan.FromMinutes(1);

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
