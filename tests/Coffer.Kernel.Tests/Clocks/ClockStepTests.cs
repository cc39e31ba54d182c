using Coffer.Kernel.Tests.Harness;
using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.Tests.Clocks;

/// <summary>Whatever lives for a time, while the system's clock is set.</summary>
public sealed class ClockStepTests
{
    [Fact]
    public async Task Two_hours_forward_for_a_minute_end_no_lease_and_no_token()
    {
        await using var harness = await KernelHarness.StartAsync();
        var token = (await harness.TokenAsync("""{"ttl":"1h"}""")).ClientToken;
        (await harness.WriteAsync("fake/creds/a", """{"ttl":"1h"}""")).Ok();

        harness.Wall.Offset = TimeSpan.FromHours(2);
        (await harness.ReadAsync("auth/token/lookup-self", token)).Is(200);
        for (var i = 0; i < 6; i++)
        {
            harness.Clock.Advance(TimeSpan.FromSeconds(10));
            (await harness.ReadAsync("auth/token/lookup-self", token)).Is(200);
        }

        harness.Wall.Offset = TimeSpan.Zero;
        (await harness.ReadAsync("auth/token/lookup-self", token)).Is(200);
        Assert.Single(await harness.LeasesAsync());
        Assert.Equal(0, harness.World.CallsOf("revoke"));
        await harness.AdvanceUntilAsync(async () => (await harness.LeasesAsync()).Count == 0);
        (await harness.ReadAsync("auth/token/lookup-self", token)).Is(403);
    }

    [Fact]
    public async Task A_step_forward_that_holds_ends_what_is_past_its_end_by_it()
    {
        await using var harness = await KernelHarness.StartAsync();
        var token = (await harness.TokenAsync("""{"ttl":"1h"}""")).ClientToken;
        (await harness.WriteAsync("fake/creds/a", """{"ttl":"1h"}""")).Ok();
        var begun = harness.Clock.GetUtcNow();

        harness.Wall.Offset = TimeSpan.FromHours(2);
        await harness.AdvanceUntilAsync(async () => (await harness.LeasesAsync()).Count == 0);

        Assert.InRange(harness.Clock.GetUtcNow() - begun, TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(30));
        (await harness.ReadAsync("auth/token/lookup-self", token)).Is(403);
    }

    [Fact]
    public async Task After_an_hour_back_lives_are_as_long_as_they_were_granted()
    {
        await using var harness = await KernelHarness.StartAsync();
        var token = (await harness.TokenAsync("""{"ttl":"30m"}""")).ClientToken;
        (await harness.WriteAsync("fake/creds/a", """{"ttl":"30m"}""")).Ok();
        var begun = harness.Clock.GetUtcNow();

        harness.Wall.Offset = TimeSpan.FromHours(-1);
        (await harness.ReadAsync("auth/token/lookup-self", token)).Is(200);
        await harness.AdvanceUntilAsync(async () => (await harness.LeasesAsync()).Count == 0);

        Assert.InRange(harness.Clock.GetUtcNow() - begun, TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(40));
        (await harness.ReadAsync("auth/token/lookup-self", token)).Is(403);
    }

    [Fact]
    public async Task An_hour_back_over_a_restart_gives_no_token_a_longer_life()
    {
        await using var harness = await KernelHarness.StartAsync();
        var token = (await harness.TokenAsync("""{"ttl":"30m"}""")).ClientToken;
        harness.Clock.Advance(TimeSpan.FromMinutes(20));
        await harness.SealAsync();

        harness.Wall.Offset = TimeSpan.FromHours(-1);
        await harness.RestartAsync();
        (await harness.ReadAsync("auth/token/lookup-self", token)).Is(200);
        harness.Clock.Advance(TimeSpan.FromMinutes(11));

        (await harness.ReadAsync("auth/token/lookup-self", token)).Is(403);
        Assert.Contains("last commit", (await harness.ReadAsync("sys/health", "")).Is(200).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_is_said_by_health_log_and_metrics_and_is_over_when_an_operator_confirms_it()
    {
        await using var harness = await KernelHarness.StartAsync();
        var healthy = (await harness.ReadAsync("sys/health", "")).Is(200);
        Assert.Null(healthy.Json["warnings"]);

        harness.Wall.Offset = TimeSpan.FromHours(-1);
        var health = (await harness.ReadAsync("sys/health", "")).Is(200);
        Assert.Contains("behind", (string)health.Json["warnings"]![0]!, StringComparison.Ordinal);
        Assert.Equal(healthy.Json.AsObject().Select(member => member.Key), health.Json.AsObject().Select(member => member.Key).Where(name => name != "warnings"));
        Assert.Contains(harness.Events, line => line.Level == LogLevel.Error && line.Text.Contains("clock was set", StringComparison.Ordinal));
        Assert.Contains("coffer.clock.step_seconds", (await harness.ReadAsync("sys/metrics")).Body, StringComparison.Ordinal);
        Assert.Equal(-3600, (long)(await harness.ReadAsync("sys/clock")).Data["step_seconds"]!);
        var token = (await harness.TokenAsync()).ClientToken;
        (await harness.WriteAsync("sys/clock/confirm", null, token)).Is(403);

        (await harness.WriteAsync("sys/clock/confirm")).Is(204);

        Assert.Null((await harness.ReadAsync("sys/health", "")).Json["warnings"]);
        Assert.Equal(0, (long)(await harness.ReadAsync("sys/clock")).Data["step_seconds"]!);
        await harness.RestartAsync();
        Assert.Null((await harness.ReadAsync("sys/health", "")).Json["warnings"]);
    }
}
