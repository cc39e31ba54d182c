namespace Coffer.Kernel.Background;

/// <summary>Tells a work of the scheduler that something is due earlier than its last step knew. May be called from many threads at once.</summary>
public sealed class DueSignal
{
    /// <summary>The longest sleep between two looks at the clock, and so the longest time that a jump of the clock goes unnoticed.</summary>
    private static readonly TimeSpan SleepMax = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private DateTimeOffset _earliest = DateTimeOffset.MaxValue;
    private DateTimeOffset _sleepsUntil = DateTimeOffset.MinValue;
    private TaskCompletionSource _changed = New();

    /// <summary>Something will be due at this time.</summary>
    public void Add(DateTimeOffset due)
    {
        lock (_lock)
        {
            _earliest = due < _earliest ? due : _earliest;
            if (due < _sleepsUntil)
            {
                _sleepsUntil = due;
                _changed.TrySetResult();
            }
        }
    }

    /// <summary>The earliest time that was added between the beginnings of the last step and of this one.</summary>
    internal DateTimeOffset Earliest { get; private set; } = DateTimeOffset.MaxValue;

    /// <summary>Whether the work sleeps, and nothing is due for it by this time.</summary>
    internal bool Sleeps(DateTimeOffset now)
    {
        lock (_lock)
        {
            return _sleepsUntil > now;
        }
    }

    /// <summary>A step begins, and looks at all that was added until now.</summary>
    internal void BeginStep()
    {
        lock (_lock)
        {
            (Earliest, _earliest) = (_earliest, DateTimeOffset.MaxValue);
        }
    }

    /// <summary>Sleeps until <paramref name="next"/>, or until the earliest time that was added since <see cref="BeginStep"/> if that is sooner.</summary>
    /// <exception cref="OperationCanceledException">Cancelled first.</exception>
    internal async ValueTask SleepAsync(DateTimeOffset next, TimeProvider clock, CancellationToken cancellation)
    {
        // Measured with the steady clock: where the time is set back, what is due in a minute stays due in a minute.
        var begin = clock.GetTimestamp();
        var length = next - clock.GetUtcNow();
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            TaskCompletionSource changed;
            TimeSpan left;
            lock (_lock)
            {
                var now = clock.GetUtcNow();
                left = length - clock.GetElapsedTime(begin);
                left = _earliest - now < left ? _earliest - now : left;
                if (left <= TimeSpan.Zero)
                {
                    _sleepsUntil = DateTimeOffset.MinValue;
                    return;
                }

                _sleepsUntil = left < DateTimeOffset.MaxValue - now ? now + left : DateTimeOffset.MaxValue;
                _changed = changed = New();
            }

            await SleepAsync(changed, left < SleepMax ? left : SleepMax, clock, cancellation);
        }
    }

    /// <summary>Sleeps for as long as it is given, whatever is added meanwhile.</summary>
    /// <exception cref="OperationCanceledException">Cancelled first.</exception>
    internal static async ValueTask PauseAsync(TimeSpan length, TimeProvider clock, CancellationToken cancellation)
    {
        var begin = clock.GetTimestamp();
        while (length - clock.GetElapsedTime(begin) is { } left && left > TimeSpan.Zero)
        {
            cancellation.ThrowIfCancellationRequested();
            await SleepAsync(New(), left, clock, cancellation);
        }
    }

    private static async ValueTask SleepAsync(TaskCompletionSource changed, TimeSpan length, TimeProvider clock, CancellationToken cancellation)
    {
        // The system's timers count whole milliseconds: rounded down, one would end before its time.
        var rounded = TimeSpan.FromMilliseconds(Math.Ceiling(length.TotalMilliseconds));
        await using var timer = clock.CreateTimer(static state => ((TaskCompletionSource)state!).TrySetResult(), changed, rounded, Timeout.InfiniteTimeSpan);
        await using var stop = cancellation.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), changed);
        await changed.Task;
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
