using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.Clocks;

/// <summary>
/// The time that the kernel lives by: the system's, as long as that runs as evenly as the steady clock. A step of the system's clock is noticed and not
/// followed, so lives are as long as they were granted: after a step back they end on time, and a step forward ends nothing before it is confirmed.
/// </summary>
/// <remarks>
/// A step forward confirms itself when it has held for <see cref="HoldTime"/>; an operator confirms either kind at once (<c>sys/clock/confirm</c>). A step back is
/// never taken over by itself, since that would give every lease and token a longer life. All members may be called from many threads at once.
/// </remarks>
public sealed class KernelClock : TimeProvider
{
    /// <summary>Differences up to this are followed: time services make them.</summary>
    public static readonly TimeSpan StepMin = TimeSpan.FromSeconds(5);

    /// <summary>How long a step forward must hold before it is believed.</summary>
    public static readonly TimeSpan HoldTime = TimeSpan.FromMinutes(15);

    /// <summary>A server that was away for longer, by the system's clock, ends nothing for <see cref="HoldTime"/> after its start.</summary>
    public static readonly TimeSpan AwayMax = TimeSpan.FromDays(1);

    /// <summary>How often the small differences are taken over.</summary>
    private static readonly TimeSpan FollowEvery = TimeSpan.FromSeconds(10);

    /// <summary>Two looks at the clocks that lie further apart than this belong to no one moment.</summary>
    private static readonly TimeSpan SampleMax = TimeSpan.FromMilliseconds(100);

    private const int SamplesMax = 4;

    private readonly TimeProvider _system;
    private readonly ILogger _log;
    private readonly Counter<long> _steps;
    private readonly Lock _gate = new();
    private volatile Anchor _anchor;
    private volatile Away? _away;

    /// <param name="system">Its timestamps must be steady.</param>
    /// <param name="log">Says steps and how they end.</param>
    /// <param name="steps">Counts steps.</param>
    public KernelClock(TimeProvider system, ILogger log, Counter<long> steps)
    {
        _system = system;
        _log = log;
        _steps = steps;
        var (wall, stamp) = Sample();
        _anchor = new Anchor(wall, stamp, null);
        Ends = new EndClock(this);
        Outside = new OutsideClocks(system, log);
    }

    /// <summary>The time by which things are ended: behind this clock's own while it is not yet believed that the server was away for so long.</summary>
    public TimeProvider Ends { get; }

    /// <summary>What outside systems say of the system's clock.</summary>
    public OutsideClocks Outside { get; }

    /// <summary>The step that is noticed and not confirmed; null when the clocks agree.</summary>
    public ClockStep? Step
    {
        get
        {
            GetUtcNow();
            return _anchor.Step;
        }
    }

    /// <summary>What an operator should know, in a sentence; null when all is well.</summary>
    public string? Problem => Step is { } step
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"the system's clock is {Words(step.By)} of where {(step.Origin == ClockStepOrigin.Store ? "the store's last commit" : "the steady clock")} puts it since {step.Noticed:yyyy-MM-ddTHH:mm:ssZ}: leases and tokens go on by the time before the step; set the clock right, or confirm it with sys/clock/confirm")
        : HoldsEnds()
            ? $"by the system's clock the server was away for over {AwayMax.TotalHours} hours: nothing is ended until that has held for {HoldTime.TotalMinutes} minutes, or is confirmed with sys/clock/confirm"
            : null;

    public override TimeZoneInfo LocalTimeZone => _system.LocalTimeZone;

    public override long TimestampFrequency => _system.TimestampFrequency;

    public override long GetTimestamp() => _system.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => _system.CreateTimer(callback, state, dueTime, period);

    public override DateTimeOffset GetUtcNow()
    {
        var anchor = _anchor;
        var (wall, stamp) = Sample();
        var elapsed = _system.GetElapsedTime(anchor.Stamp, stamp);
        return anchor.Step is null && elapsed < FollowEvery && (wall - (anchor.Time + elapsed)).Duration() <= StepMin ? wall : Settle();
    }

    /// <summary>The server is opened on a store that was last in use at that time. The kernel's time does not begin before it.</summary>
    public void Resume(DateTimeOffset last)
    {
        lock (_gate)
        {
            var now = GetUtcNow();
            if (last - now > StepMin)
            {
                var (wall, stamp) = Sample();
                _away = null;
                Note(new Anchor(last, stamp, null), wall - last, last, stamp, ClockStepOrigin.Store);
            }
            else if (now - last > AwayMax && _away is null)
            {
                _away = new Away(last, GetTimestamp());
                ClockLog.AwayForLong(_log, $"{last:O}", $"{now:O}");
            }
        }
    }

    /// <summary>Takes the system's time over, whatever it is.</summary>
    public void Confirm() => Adopt("an operator confirmed the system's clock");

    private DateTimeOffset Settle()
    {
        lock (_gate)
        {
            var anchor = _anchor;
            var (wall, stamp) = Sample();
            var own = anchor.Time + _system.GetElapsedTime(anchor.Stamp, stamp);
            var off = wall - own;
            if (off.Duration() <= StepMin)
            {
                if (anchor.Step is not null)
                {
                    ClockLog.AgreesAgain(_log);
                }

                _anchor = new Anchor(wall, stamp, null);
                return wall;
            }

            if (off < TimeSpan.Zero && HoldsEnds())
            {
                // Nothing was ended by the time that is being corrected.
                Adopt("the system's clock was set back before the time at the start was believed");
                return wall;
            }

            if (anchor.Step is not { } step || (off - step.By).Duration() > StepMin)
            {
                Note(anchor, off, own, stamp, ClockStepOrigin.SteadyClock);
            }
            else if (off > TimeSpan.Zero && _system.GetElapsedTime(step.Stamp, stamp) >= HoldTime)
            {
                Adopt("a step of the system's clock has held, and is believed");
                return wall;
            }

            return own;
        }
    }

    private void Note(Anchor anchor, TimeSpan off, DateTimeOffset own, long stamp, ClockStepOrigin origin)
    {
        _anchor = anchor with { Step = new ClockStep(off, own, stamp, origin) };
        _steps.Add(1);
        ClockLog.WasSet(_log, (long)off.TotalSeconds, origin == ClockStepOrigin.Store ? "the store's last commit" : "the steady clock");
    }

    private void Adopt(string why)
    {
        lock (_gate)
        {
            var (wall, stamp) = Sample();
            _anchor = new Anchor(wall, stamp, null);
            _away = null;
            ClockLog.Adopted(_log, why, $"{wall:O}");
        }
    }

    private bool HoldsEnds()
    {
        if (_away is not { } away)
        {
            return false;
        }

        if (_system.GetElapsedTime(away.Stamp) < HoldTime)
        {
            return true;
        }

        _away = null;
        return false;
    }

    private (DateTimeOffset Wall, long Stamp) Sample()
    {
        for (var i = 1; ; i++)
        {
            var before = _system.GetTimestamp();
            var wall = _system.GetUtcNow();
            var stamp = _system.GetTimestamp();
            if (i == SamplesMax || _system.GetElapsedTime(before, stamp) <= SampleMax)
            {
                return (wall, stamp);
            }
        }
    }

    private static string Words(TimeSpan by) => string.Create(
        CultureInfo.InvariantCulture, $"{(long)by.Duration().TotalSeconds} s {(by > TimeSpan.Zero ? "ahead" : "behind")}");

    /// <param name="Time">Kernel time at <paramref name="Stamp"/> of the steady clock.</param>
    /// <param name="Step">What is noticed and not confirmed.</param>
    private sealed record Anchor(DateTimeOffset Time, long Stamp, ClockStep? Step);

    /// <summary>The store's last time, and the start on the steady clock, while it is not believed that so much time has passed.</summary>
    private sealed record Away(DateTimeOffset Last, long Stamp);

    private sealed class EndClock(KernelClock owner) : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => owner.LocalTimeZone;

        public override long TimestampFrequency => owner.TimestampFrequency;

        public override long GetTimestamp() => owner.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => owner.CreateTimer(callback, state, dueTime, period);

        public override DateTimeOffset GetUtcNow() =>
            owner._away is { } away && owner.HoldsEnds() ? away.Last + owner._system.GetElapsedTime(away.Stamp) : owner.GetUtcNow();
    }
}
