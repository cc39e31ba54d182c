using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace Coffer.Aws.Tests.Support;

/// <summary>A clock that stands still, and tells when somebody has begun to wait for it: only then is there a use in moving it.</summary>
public sealed class WatchedClock(DateTimeOffset start) : FakeTimeProvider(start)
{
    private readonly ConcurrentDictionary<TimeSpan, TaskCompletionSource> _timers = new();

    /// <summary>Ends once there has been a timer of this length.</summary>
    public Task HasTimerAsync(TimeSpan length, CancellationToken cancellation) => Of(length).Task.WaitAsync(cancellation);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        Of(dueTime).TrySetResult();
        return timer;
    }

    private TaskCompletionSource Of(TimeSpan length) =>
        _timers.GetOrAdd(length, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
}
