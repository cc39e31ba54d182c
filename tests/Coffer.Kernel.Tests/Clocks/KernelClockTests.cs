using Coffer.Kernel.Clocks;
using Coffer.Kernel.Logging;
using Coffer.Kernel.Telemetry;
using Coffer.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Coffer.Kernel.Tests.Clocks;

/// <summary>Two clocks that are steered apart, and the one time that the kernel makes of them.</summary>
public sealed class KernelClockTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly FakeTimeProvider _steady = new(Start);
    private readonly LogCollection _events = new();
    private readonly KernelMetrics _metrics = new("");
    private readonly TwoClocks _wall;
    private readonly KernelClock _clock;

    public KernelClockTests()
    {
        _wall = new TwoClocks(_steady);
        _clock = new KernelClock(_wall, _events.CreateLogger(LogNames.Core), _metrics.ClockSteps);
    }

    public void Dispose() => _metrics.Dispose();

    [Theory]
    [InlineData(4.9)]
    [InlineData(-4.9)]
    public void A_small_difference_is_followed_and_is_no_step(double seconds)
    {
        _wall.Offset = TimeSpan.FromSeconds(seconds);

        Assert.Equal(Start + TimeSpan.FromSeconds(seconds), _clock.GetUtcNow());
        Assert.Null(_clock.Problem);
        Assert.Empty(_events);
    }

    [Fact]
    public void A_clock_that_drifts_from_the_steady_one_is_followed_however_far_it_comes()
    {
        for (var minute = 1; minute <= 600; minute++)
        {
            _steady.Advance(TimeSpan.FromMinutes(1));
            _wall.Offset += TimeSpan.FromSeconds(1);
            Assert.Equal(_wall.GetUtcNow(), _clock.GetUtcNow());
        }

        Assert.Empty(_events);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(-1)]
    [InlineData(24 * 365)]
    public void A_step_is_not_followed_and_time_goes_on_as_the_steady_clock_measures_it(int hours)
    {
        _wall.Offset = TimeSpan.FromHours(hours);
        Assert.Equal(Start, _clock.GetUtcNow());
        _steady.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal(Start + TimeSpan.FromMinutes(10), _clock.GetUtcNow());
        Assert.Equal(TimeSpan.FromHours(hours), _clock.Step?.By);
        Assert.Contains(hours > 0 ? "ahead" : "behind", _clock.Problem, StringComparison.Ordinal);
        Assert.Single(_events, line => line.Level == LogLevel.Error);
        Assert.Equal(1, Steps());
    }

    [Fact]
    public void A_step_that_is_taken_back_leaves_nothing_behind()
    {
        _wall.Offset = TimeSpan.FromHours(2);
        _ = _clock.GetUtcNow();
        _steady.Advance(TimeSpan.FromMinutes(1));
        _ = _clock.GetUtcNow();
        _wall.Offset = TimeSpan.Zero;

        Assert.Equal(Start + TimeSpan.FromMinutes(1), _clock.GetUtcNow());
        Assert.Null(_clock.Problem);
        Assert.Contains(_events, line => line.Level == LogLevel.Information);
    }

    [Fact]
    public void A_step_forward_is_believed_once_it_has_held()
    {
        _wall.Offset = TimeSpan.FromHours(2);
        _ = _clock.GetUtcNow();
        _steady.Advance(KernelClock.HoldTime - TimeSpan.FromSeconds(1));
        Assert.Equal(_steady.GetUtcNow(), _clock.GetUtcNow());

        _steady.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(_wall.GetUtcNow(), _clock.GetUtcNow());
        Assert.Null(_clock.Problem);
    }

    [Fact]
    public void A_second_step_begins_the_wait_again()
    {
        _wall.Offset = TimeSpan.FromHours(2);
        _ = _clock.GetUtcNow();
        _steady.Advance(KernelClock.HoldTime - TimeSpan.FromSeconds(1));
        _wall.Offset = TimeSpan.FromHours(5);
        _ = _clock.GetUtcNow();
        _steady.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(_steady.GetUtcNow(), _clock.GetUtcNow());
        Assert.Equal(2, Steps());
    }

    [Fact]
    public void A_step_back_is_never_believed_by_itself_and_is_when_an_operator_confirms_it()
    {
        _wall.Offset = TimeSpan.FromHours(-1);
        _ = _clock.GetUtcNow();
        _steady.Advance(TimeSpan.FromDays(3));
        Assert.Equal(_steady.GetUtcNow(), _clock.GetUtcNow());

        _clock.Confirm();

        Assert.Equal(_wall.GetUtcNow(), _clock.GetUtcNow());
        Assert.Null(_clock.Problem);
    }

    [Fact]
    public void Time_does_not_begin_before_the_stores_last_commit()
    {
        var last = Start + TimeSpan.FromHours(1);
        _clock.Resume(last);
        _steady.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(last + TimeSpan.FromMinutes(5), _clock.GetUtcNow());
        Assert.Equal(ClockStepOrigin.Store, _clock.Step?.Origin);
        Assert.Contains("last commit", _clock.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void After_a_long_absence_nothing_ends_until_the_time_has_held()
    {
        var last = Start - TimeSpan.FromDays(3);
        _clock.Resume(last);
        _steady.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(_steady.GetUtcNow(), _clock.GetUtcNow());
        Assert.Equal(last + TimeSpan.FromMinutes(1), _clock.Ends.GetUtcNow());
        Assert.Contains("was away", _clock.Problem, StringComparison.Ordinal);
        _steady.Advance(KernelClock.HoldTime);
        Assert.Equal(_steady.GetUtcNow(), _clock.Ends.GetUtcNow());
        Assert.Null(_clock.Problem);
    }

    [Fact]
    public void A_wrong_clock_at_the_start_that_is_set_right_in_time_has_ended_nothing()
    {
        var last = Start - TimeSpan.FromDays(3);
        _clock.Resume(last);
        _wall.Offset = TimeSpan.FromDays(-3);

        Assert.Equal(_wall.GetUtcNow(), _clock.GetUtcNow());
        Assert.Equal(_wall.GetUtcNow(), _clock.Ends.GetUtcNow());
        Assert.Null(_clock.Problem);
    }

    [Fact]
    public void A_server_that_was_away_for_an_hour_ends_what_is_due_at_once()
    {
        _clock.Resume(Start - TimeSpan.FromHours(1));

        Assert.Equal(Start, _clock.Ends.GetUtcNow());
        Assert.Null(_clock.Problem);
    }

    private long Steps() => _metrics.Collector.Read().Single(metric => metric.Name == "coffer.clock.steps").Series.Single().Count;
}
