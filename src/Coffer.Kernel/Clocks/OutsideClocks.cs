using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.Clocks;

/// <summary>
/// What outside systems say of the time, held against the system's clock, which signs the calls to them. A clock that was wrong when the server started, and
/// runs evenly since, is noticed by this alone. It says so and changes nothing else: an endpoint is not trusted to set the time.
/// </summary>
/// <remarks>
/// A time that was heard runs on with the steady clock, so a correction of the system's clock shows at once, without another call. All members may be called from
/// many threads at once.
/// </remarks>
/// <param name="system">Its timestamps must be steady.</param>
/// <param name="log">Says once when a difference appears, when it changes by more than <see cref="OffMax"/>, and when it is over.</param>
public sealed class OutsideClocks(TimeProvider system, ILogger log)
{
    /// <summary>A larger difference is said: AWS asks for signatures that are no further from its own clock.</summary>
    public static readonly TimeSpan OffMax = TimeSpan.FromMinutes(5);

    /// <summary>How long a time that was heard counts. A steady clock does not lose minutes in it.</summary>
    public static readonly TimeSpan HeardMax = TimeSpan.FromDays(1);

    /// <summary>Systems that are remembered; the one that was heard longest ago goes first.</summary>
    public const int SystemsMax = 64;

    /// <summary>A difference is over when it is smaller by this much than what is said: the way of an answer takes seconds, and they vary.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Heard> _heard = new(StringComparer.Ordinal);

    /// <summary>What an operator should know, in a sentence; null when all that were heard agree with the system's clock.</summary>
    /// <remarks>It names no system, since strangers read it in <c>sys/health</c>: the log and <c>sys/clock</c> do.</remarks>
    public string? Problem
    {
        get
        {
            var off = Look().Where(clock => !clock.Agrees).ToList();
            return off.Count == 0
                ? null
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"the system's clock is {(long)off[0].Ahead.Duration().TotalSeconds} s {(off[0].Ahead > TimeSpan.Zero ? "ahead of" : "behind")} that of an outside system{(off.Count > 1 ? $", and off from that of {off.Count - 1} more" : "")}: calls that it signs may be refused, and leases end by a wrong time; set the clock right (sys/clock names the system)");
        }
    }

    /// <summary>An outside system has said what time it is.</summary>
    /// <param name="name">Of the system, such as the host of its endpoint.</param>
    /// <param name="time">Its time now.</param>
    public void Note(string name, DateTimeOffset time)
    {
        lock (_gate)
        {
            if (!_heard.ContainsKey(name) && _heard.Count >= SystemsMax)
            {
                _heard.Remove(_heard.MinBy(known => known.Value.Stamp).Key);
            }

            _heard[name] = new Heard(time, system.GetTimestamp(), _heard.GetValueOrDefault(name)?.Said);
        }

        Look();
    }

    /// <summary>Compares all that were heard with the system's clock as it is now, the furthest first.</summary>
    public IReadOnlyList<OutsideClock> Look()
    {
        lock (_gate)
        {
            var (now, stamp) = (system.GetUtcNow(), system.GetTimestamp());
            var found = new List<OutsideClock>(_heard.Count);
            foreach (var (name, heard) in _heard.ToArray())
            {
                var age = system.GetElapsedTime(heard.Stamp, stamp);
                if (age > HeardMax)
                {
                    _heard.Remove(name);
                    continue;
                }

                // Durations reach further than dates do: a date may be anything that an endpoint writes.
                var ahead = now - heard.Time - age;
                var said = Said(name, heard.Said, ahead);
                _heard[name] = heard with { Said = said };
                found.Add(new OutsideClock(name, ahead, age, said is null));
            }

            return [.. found.OrderByDescending(clock => clock.Ahead.Duration())];
        }
    }

    /// <summary>Says a change; returns the difference that was said last, null for none.</summary>
    private TimeSpan? Said(string name, TimeSpan? before, TimeSpan ahead)
    {
        if (ahead.Duration() > OffMax && (before is not { } known || (ahead - known).Duration() > OffMax))
        {
            ClockLog.OutsideDiffers(log, name, (long)ahead.TotalSeconds);
            return ahead;
        }

        if (before is not null && ahead.Duration() <= OffMax - Slack)
        {
            ClockLog.OutsideAgreesAgain(log, name);
            return null;
        }

        return before;
    }

    /// <param name="Time">What the system said.</param>
    /// <param name="Stamp">When, on the steady clock.</param>
    /// <param name="Said">The difference that was said last; null while none is to be said.</param>
    private sealed record Heard(DateTimeOffset Time, long Stamp, TimeSpan? Said);
}
