using System.Collections.Concurrent;

namespace Coffer.Testing;

/// <summary>
/// A machine's two clocks, steered apart: timestamps and timers run with the steady one, and the wall's can be set. Knows when the next timer ends, so that a
/// test can let time pass from one to the next.
/// </summary>
/// <param name="steady">Moved by the test.</param>
public sealed class TwoClocks(TimeProvider steady) : TimeProvider
{
    private readonly ConcurrentDictionary<Timer, DateTimeOffset> _ends = new();

    /// <summary>How far the wall's clock was set from where the steady one puts it.</summary>
    public TimeSpan Offset { get; set; }

    /// <summary>The time by the steady clock.</summary>
    public DateTimeOffset SteadyNow => steady.GetUtcNow();

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
        private TimeSpan _period = Timeout.InfiniteTimeSpan;

        public Timer(TwoClocks owner, TimerCallback callback, object? state)
        {
            (_owner, _callback, _state) = (owner, callback, state);
            _inner = owner.Steady.CreateTimer(_ => End(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _period = period;
            NoteEnd(dueTime);
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

        /// <summary>
        /// Outside any context, as with the system's timers. What waited for the timer without a context then goes on here, before time passes on; in the
        /// context of a test it would go on elsewhere, where nothing counts it.
        /// </summary>
        private void End()
        {
            NoteEnd(_period);
            var context = SynchronizationContext.Current;
            SynchronizationContext.SetSynchronizationContext(null);
            try
            {
                _callback(_state);
            }
            finally
            {
                SynchronizationContext.SetSynchronizationContext(context);
            }
        }

        private void NoteEnd(TimeSpan wait)
        {
            if (wait == Timeout.InfiniteTimeSpan)
            {
                _owner._ends.TryRemove(this, out _);
            }
            else
            {
                _owner._ends[this] = _owner.Steady.GetUtcNow() + wait;
            }
        }
    }

    private TimeProvider Steady => steady;
}
