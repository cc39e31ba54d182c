namespace Coffer.Kill.Tests.Running;

/// <summary>The system's time, but its timers fire when a test says so: what waits in the sandbox waits for the test.</summary>
internal sealed class HeldClock : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<Held> _timers = [];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Held(() => callback(state));
        lock (_gate)
        {
            _timers.Add(timer);
        }

        return timer;
    }

    /// <summary>Lets every timer fire that waits now.</summary>
    public void Release()
    {
        List<Held> due;
        lock (_gate)
        {
            due = [.. _timers];
            _timers.Clear();
        }

        due.ForEach(timer => timer.Fire());
    }

    private sealed class Held(Action fire) : ITimer
    {
        private bool _isOff;

        public void Fire()
        {
            if (!_isOff)
            {
                fire();
            }
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => !_isOff;

        public void Dispose() => _isOff = true;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
