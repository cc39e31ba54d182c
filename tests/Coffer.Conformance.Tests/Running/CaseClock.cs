using System.Diagnostics;

namespace Coffer.Conformance.Tests.Running;

/// <summary>
/// The time of one hosted server. It passes more slowly than outside, so that a busy machine does not miss a life of one second; where a case waits, the runner
/// moves it forward.
/// </summary>
internal sealed class CaseClock : TimeProvider
{
    /// <summary>How many seconds pass outside while one passes here.</summary>
    private const int Slowness = 10;

    /// <summary>Real timers take no more than 49 days.</summary>
    private static readonly TimeSpan ArmedMax = TimeSpan.FromDays(1);

    private readonly Lock _lock = new();
    private readonly HashSet<Pending> _timers = [];
    private readonly long _begin = Stopwatch.GetTimestamp();
    private readonly DateTimeOffset _origin = DateTimeOffset.UtcNow;
    private long _movedTicks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    private TimeSpan Elapsed => (Stopwatch.GetElapsedTime(_begin) / Slowness) + TimeSpan.FromTicks(Interlocked.Read(ref _movedTicks));

    public override long GetTimestamp() => Elapsed.Ticks;

    public override DateTimeOffset GetUtcNow() => _origin + Elapsed;

    /// <summary>Moves the time forward. Timers that are due then fire on the thread pool.</summary>
    public void Move(TimeSpan time)
    {
        lock (_lock)
        {
            _movedTicks += time.Ticks;
            foreach (var timer in _timers)
            {
                timer.Arm();
            }
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Pending(this, callback, state);
        lock (_lock)
        {
            _timers.Add(timer);
        }

        timer.Change(dueTime, period);
        return timer;
    }

    private void Forget(Pending timer)
    {
        lock (_lock)
        {
            _timers.Remove(timer);
        }
    }

    private sealed class Pending : ITimer
    {
        private readonly CaseClock _clock;
        private readonly TimerCallback _callback;
        private readonly object? _state;
        private readonly ITimer _real;
        private readonly Lock _lock = new();
        private TimeSpan? _due;
        private TimeSpan _period;

        public Pending(CaseClock clock, TimerCallback callback, object? state)
        {
            (_clock, _callback, _state) = (clock, callback, state);
            _real = System.CreateTimer(static timer => ((Pending)timer!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (_lock)
            {
                _due = dueTime == Timeout.InfiniteTimeSpan ? null : _clock.Elapsed + dueTime;
                _period = period;
            }

            return Arm();
        }

        public bool Arm()
        {
            lock (_lock)
            {
                if (_due is not { } due)
                {
                    return _real.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                }

                var left = due - _clock.Elapsed;
                var real = left <= TimeSpan.Zero ? TimeSpan.Zero : left > ArmedMax / Slowness ? ArmedMax : left * Slowness;
                return _real.Change(TimeSpan.FromMilliseconds(Math.Ceiling(real.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
            }
        }

        public void Dispose()
        {
            _clock.Forget(this);
            _real.Dispose();
        }

        public async ValueTask DisposeAsync()
        {
            _clock.Forget(this);
            await _real.DisposeAsync();
        }

        private void Look()
        {
            bool isDue;
            lock (_lock)
            {
                isDue = _due <= _clock.Elapsed;
                if (isDue)
                {
                    _due = _period == Timeout.InfiniteTimeSpan || _period == TimeSpan.Zero ? null : _clock.Elapsed + _period;
                }
            }

            Arm();
            if (isDue)
            {
                _callback(_state);
            }
        }
    }
}
