using Coffer.Kernel.Clocks;
using Coffer.Kernel.Logging;
using Coffer.Kernel.Tests.Harness;
using Coffer.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Coffer.Kernel.Tests.Clocks;

/// <summary>The system's clock beside those of outside systems.</summary>
public sealed class OutsideClocksTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly FakeTimeProvider _steady = new(Start);
    private readonly LogCollection _events = new();
    private readonly TwoClocks _wall;
    private readonly OutsideClocks _outside;

    public OutsideClocksTests()
    {
        _wall = new TwoClocks(_steady);
        _outside = new OutsideClocks(_wall, _events.CreateLogger(LogNames.Core));
    }

    public void Dispose() => _events.Dispose();

    [Theory]
    [InlineData(300)]
    [InlineData(-300)]
    [InlineData(0)]
    public void A_difference_of_five_minutes_is_none_to_speak_of(int seconds)
    {
        Hear("a", seconds);

        Assert.Null(_outside.Problem);
        Assert.Empty(_events);
        Assert.Equal(-seconds, Assert.Single(_outside.Look()).Ahead.TotalSeconds);
    }

    [Theory]
    [InlineData(301, "301 s behind that of an outside system")]
    [InlineData(-301, "301 s ahead of that of an outside system")]
    public void A_larger_one_is_said_once_with_direction_and_remedy_and_names_the_system_in_the_log_alone(int seconds, string words)
    {
        for (var i = 0; i < 5; i++)
        {
            Hear("iam.test", seconds);
            _steady.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Contains(words, _outside.Problem, StringComparison.Ordinal);
        Assert.Contains("set the clock right", _outside.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain("iam.test", _outside.Problem, StringComparison.Ordinal);
        var line = Assert.Single(_events);
        Assert.Equal((LogLevel.Warning, "iam.test", $"{-seconds}"), (line.Level, line.Fields["system"], line.Fields["aheadSeconds"]));
    }

    [Fact]
    public void A_difference_that_changes_is_said_again_and_so_is_its_end()
    {
        Hear("a", 400);
        Hear("a", 650);
        Hear("a", 710);
        Hear("a", -400);
        Hear("a", 2);
        Hear("a", 1);

        Assert.Null(_outside.Problem);
        Assert.Equal([LogLevel.Warning, LogLevel.Warning, LogLevel.Warning, LogLevel.Information], _events.Select(line => line.Level));
    }

    [Fact]
    public void Answers_that_take_a_second_more_or_less_make_no_line_each_at_the_bound()
    {
        for (var i = 0; i < 20; i++)
        {
            Hear("a", 300 + (i % 2));
        }

        Assert.Single(_events);
        Assert.NotNull(_outside.Problem);
    }

    [Fact]
    public void A_system_clock_that_is_set_right_or_wrong_shows_without_another_answer()
    {
        Hear("a", 3600);
        Assert.NotNull(_outside.Problem);

        _steady.Advance(TimeSpan.FromHours(2));
        _wall.Offset = TimeSpan.FromHours(1);
        Assert.Null(_outside.Problem);

        _wall.Offset = TimeSpan.FromHours(3);
        Assert.Contains("7200 s ahead", _outside.Problem, StringComparison.Ordinal);
        Assert.Equal([LogLevel.Warning, LogLevel.Information, LogLevel.Warning], _events.Select(line => line.Level));
    }

    [Fact]
    public void The_furthest_is_said_and_the_others_are_counted()
    {
        Hear("near", 400);
        Hear("right", 0);
        Hear("far", 4000);

        Assert.Contains("4000 s behind that of an outside system, and off from that of 1 more", _outside.Problem, StringComparison.Ordinal);
        Assert.Equal(["far", "near", "right"], _outside.Look().Select(clock => clock.Name));
    }

    [Fact]
    public void What_was_not_heard_for_a_day_counts_no_more()
    {
        Hear("a", 4000);
        _steady.Advance(OutsideClocks.HeardMax);
        Assert.NotNull(_outside.Problem);

        _steady.Advance(TimeSpan.FromSeconds(1));

        Assert.Null(_outside.Problem);
        Assert.Empty(_outside.Look());
    }

    [Fact]
    public void Dates_at_the_ends_of_the_calendar_are_differences_like_others()
    {
        _outside.Note("first", DateTimeOffset.MinValue);
        _outside.Note("last", DateTimeOffset.MaxValue);
        _steady.Advance(TimeSpan.FromHours(1));

        Assert.Equal(["last", "first"], _outside.Look().Select(clock => clock.Name));
        Assert.Contains("behind that of an outside system, and off", _outside.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void No_more_systems_are_remembered_than_the_bound()
    {
        for (var i = 0; i < 2 * OutsideClocks.SystemsMax; i++)
        {
            Hear($"{i}", 0);
            _steady.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal(OutsideClocks.SystemsMax, _outside.Look().Count);
        Assert.Contains(_outside.Look(), clock => clock.Name == $"{2 * OutsideClocks.SystemsMax - 1}");
        Assert.DoesNotContain(_outside.Look(), clock => clock.Name == "0");
    }

    [Fact]
    public async Task What_an_outside_system_says_is_shown_by_health_log_metrics_and_sys_clock_and_changes_nothing_else()
    {
        await using var harness = await KernelHarness.StartAsync();
        harness.World.Time = harness.Clock.GetUtcNow() - TimeSpan.FromMinutes(20);
        var lease = (await harness.WriteAsync("fake/creds/a", """{"ttl":"1h"}""")).Ok();

        Assert.Contains("1200 s ahead of that of an outside system", (string)Assert.Single((await harness.ReadAsync("sys/health", "")).Is(200).Json["warnings"]!.AsArray())!, StringComparison.Ordinal);
        Assert.Single(harness.Events, line => line.Level == LogLevel.Warning && line.Text.Contains("another time", StringComparison.Ordinal));
        Assert.Contains("coffer.clock.outside_seconds", (await harness.ReadAsync("sys/metrics")).Body, StringComparison.Ordinal);
        var clock = (await harness.ReadAsync("sys/clock")).Ok().Data;
        Assert.Equal(("outside.test", 1200, 0), ((string)clock["outside"]![0]!["system"]!, (long)clock["outside"]![0]!["ahead_seconds"]!, (long)clock["step_seconds"]!));
        Assert.Contains("set the clock right", (string)clock["outside_problem"]!, StringComparison.Ordinal);
        Assert.Equal(3600, (long)lease.Json["lease_duration"]!);
        harness.Clock.Advance(TimeSpan.FromMinutes(59));
        Assert.Single(await harness.LeasesAsync());
        await harness.AdvanceUntilAsync(async () => (await harness.LeasesAsync()).Count == 0);
    }

    [Fact]
    public async Task A_clock_that_is_set_right_is_said_to_agree_on_an_idle_server()
    {
        await using var harness = await KernelHarness.StartAsync();
        harness.World.Time = harness.Clock.GetUtcNow() + TimeSpan.FromMinutes(20);
        (await harness.WriteAsync("fake/creds/a", """{"ttl":"12h"}""")).Ok();

        harness.Wall.Offset = TimeSpan.FromMinutes(20);
        await harness.AdvanceUntilAsync(() => harness.Events.Any(line => line.Text.Contains("agrees with that of an outside system", StringComparison.Ordinal)));
    }

    private void Hear(string name, int ahead) => _outside.Note(name, _wall.GetUtcNow() + TimeSpan.FromSeconds(ahead));
}
