using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace Coffer.Kernel.Tests.Harness;

/// <summary>
/// A machine's two clocks, steered apart: timestamps and timers run with the steady one, and the wall's can be set. Knows when the next timer ends, so that a
/// test can let time pass from one to the next.
/// </summary>
/// <param name="steady">Moved by the test.</param>
public sealed class TwoClocks(FakeTimeProvider steady) : TimeProvider
{
    private readonly ConcurrentDictionary<Timer, DateTimeOffset> _ends = new();

    /// <summary>How far the wall's clock was set from where the steady one puts it.</summary>
    public TimeSpan Offset { get; set; }

    /// <summary>When the next timer ends, by the steady clock; null when none is set.</summary>
    public DateTimeOffset? NextEnd => _ends.Values.Select(end => (DateTimeOffset?)end).Min();

    public override long TimestampFrequency => steady.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => steady.GetUtcNow() + Offset;

    public override long GetTimestamp() => steady.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Timer : ITimer
    {
        private readonly TwoClocks _owner;
        private readonly TimerCallback _callback;
        private readonly object? _state;
        private readonly ITimer _inner;

        public Timer(TwoClocks owner, TimerCallback callback, object? state)
        {
            (_owner, _callback, _state) = (owner, callback, state);
            _inner = owner.Steady.CreateTimer(_ => End(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Assert.Equal(Timeout.InfiniteTimeSpan, period);
            if (dueTime == Timeout.InfiniteTimeSpan)
            {
                _owner._ends.TryRemove(this, out _);
            }
            else
            {
                _owner._ends[this] = _owner.Steady.GetUtcNow() + dueTime;
            }

            return _inner.Change(dueTime, period);
        }

        public void Dispose()
        {
            _owner._ends.TryRemove(this, out _);
            _inner.Dispose();
        }

        public async ValueTask DisposeAsync()
        {
            _owner._ends.TryRemove(this, out _);
            await _inner.DisposeAsync();
        }

        private void End()
        {
            _owner._ends.TryRemove(this, out _);
            _callback(_state);
        }
    }

    private FakeTimeProvider Steady => steady;
}
