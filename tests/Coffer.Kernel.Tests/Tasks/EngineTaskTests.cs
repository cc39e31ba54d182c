using Coffer.Kernel.Tests.Harness;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Leases;
using Coffer.Storage;

namespace Coffer.Kernel.Tests.Tasks;

public sealed class EngineTaskTests
{
    private readonly RosterEngine _engine = new();

    [Fact]
    public async Task A_run_that_is_scheduled_comes_at_its_time_and_then_by_its_period()
    {
        await using var harness = await StartAsync();
        var begin = harness.Clock.GetUtcNow();
        (await harness.WriteAsync("roster/roles/a", """{"period":"30m"}""")).Is(204);
        await harness.AdvanceUntilAsync(() => Task.FromResult(RunsOf("a").Count == 3));
        var runs = RunsOf("a");
        Assert.All(runs, run => Assert.True(run >= begin.AddMinutes(30)));
        Assert.All(runs.Zip(runs.Skip(1)), pair => Assert.True(pair.Second - pair.First >= TimeSpan.FromMinutes(30)));
    }

    [Fact]
    public async Task A_run_for_one_argument_can_be_asked_for_and_its_reply_is_the_answer()
    {
        await using var harness = await StartAsync();
        (await harness.WriteAsync("roster/roles/a", """{"period":"30m"}""")).Is(204);
        (await harness.WriteAsync("roster/roles/b", """{"period":"30m"}""")).Is(204);
        Assert.Equal("b", (string)(await harness.WriteAsync("roster/rotate/b")).Ok().Data["role"]!);
        Assert.Empty(RunsOf("a"));
        Assert.Single(RunsOf("b"));
    }

    [Fact]
    public async Task A_schedule_is_in_the_store_and_outlives_a_restart()
    {
        await using var harness = await StartAsync();
        (await harness.WriteAsync("roster/roles/a", """{"period":"30m"}""")).Is(204);
        await harness.RestartAsync();
        await harness.AdvanceUntilAsync(() => Task.FromResult(RunsOf("a").Count == 1));
    }

    [Fact]
    public async Task What_is_not_scheduled_any_more_does_not_run()
    {
        await using var harness = await StartAsync();
        (await harness.WriteAsync("roster/roles/a", """{"period":"30m"}""")).Is(204);
        (await harness.WriteAsync("roster/roles/b", """{"period":"31m"}""")).Is(204);
        (await harness.SendAsync(Operation.Delete, "roster/roles/a", null)).Is(204);
        await harness.AdvanceUntilAsync(() => Task.FromResult(RunsOf("b").Count == 2));
        Assert.Empty(RunsOf("a"));
    }

    [Fact]
    public async Task A_role_that_is_written_again_has_one_schedule_and_no_entry_of_the_old_one()
    {
        await using var harness = await StartAsync();
        (await harness.WriteAsync("roster/roles/a", """{"period":"30m"}""")).Is(204);
        (await harness.WriteAsync("roster/roles/a", """{"period":"90m"}""")).Is(204);
        Assert.Single(await harness.KeysAsync("task/due/"), key => key.EndsWith("/rotate/a", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_run_that_fails_shows_why_and_when_the_next_try_comes_and_is_tried_again()
    {
        await using var harness = await StartAsync();
        (await harness.WriteAsync("roster/roles/a", """{"period":"30m"}""")).Is(204);
        var fails = true;
        _engine.While = (_, _) => fails ? throw new EngineException(FailureClass.Transient, "the directory is away") : Task.CompletedTask;
        await harness.AdvanceUntilAsync(async () => (int)(await harness.ReadAsync("roster/roles/a")).Ok().Data["failures"]! >= 2);
        var shown = (await harness.ReadAsync("roster/roles/a")).Ok().Data;
        Assert.Equal("the directory is away", (string)shown["error"]!);
        Assert.True((DateTimeOffset)shown["next"]! > harness.Clock.GetUtcNow().AddMinutes(-1));

        fails = false;
        await harness.AdvanceUntilAsync(async () => (string)(await harness.ReadAsync("roster/roles/a")).Ok().Data["error"]! == "");
    }

    [Fact]
    public async Task Another_argument_does_not_wait_for_one_that_hangs()
    {
        await using var harness = await StartAsync();
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _engine.While = (role, _) => role == "slow" ? held.Task : Task.CompletedTask;
        (await harness.WriteAsync("roster/roles/slow", """{"period":"1m"}""")).Is(204);
        (await harness.WriteAsync("roster/roles/quick", """{"period":"2m"}""")).Is(204);
        await harness.AdvanceUntilAsync(() => Task.FromResult(RunsOf("quick").Count >= 2));
        Assert.Single(RunsOf("slow"));
        held.SetResult();
    }

    [Fact]
    public async Task A_run_that_takes_longer_than_its_limit_is_cut_off_and_says_so_and_is_tried_again()
    {
        await using var harness = await StartAsync();
        _engine.While = (_, cancellation) => Task.Delay(Timeout.Infinite, cancellation);
        (await harness.WriteAsync("roster/roles/a", """{"period":"30m"}""")).Is(204);
        await harness.AdvanceUntilAsync(async () => (int)(await harness.ReadAsync("roster/roles/a")).Ok().Data["failures"]! == 1);
        Assert.Contains("took longer than 600 s", (string)(await harness.ReadAsync("roster/roles/a")).Ok().Data["error"]!, StringComparison.Ordinal);

        _engine.While = (_, _) => Task.CompletedTask;
        await harness.AdvanceUntilAsync(async () => (int)(await harness.ReadAsync("roster/roles/a")).Ok().Data["failures"]! == 0);
        Assert.True(RunsOf("a").Count >= 2);
    }

    [Fact]
    public async Task No_more_runs_of_a_mount_begin_at_once_than_the_limit_and_the_others_follow()
    {
        await using var harness = await StartAsync();
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _engine.While = (_, _) => held.Task;
        var roles = Enumerable.Range(0, 2 * Limits.TasksPerMount).Select(number => $"role-{number}").ToArray();
        foreach (var role in roles)
        {
            (await harness.WriteAsync($"roster/roles/{role}", """{"period":"30m"}""")).Is(204);
        }

        await harness.AdvanceAsync(TimeSpan.FromMinutes(40));
        Assert.Equal(Limits.TasksPerMount, _engine.Runs.Count);

        held.SetResult();
        await harness.AdvanceUntilAsync(() => Task.FromResult(roles.All(role => RunsOf(role).Count > 0)));
    }

    [Fact]
    public async Task A_run_whose_end_cannot_be_noted_does_not_begin_again_at_once()
    {
        await using var harness = await StartAsync();
        (await harness.WriteAsync("roster/roles/a", """{"period":"30m"}""")).Is(204);

        // After this, the hourly sweep has its schedule, which is a commit of its own.
        await harness.AdvanceAsync(TimeSpan.FromMinutes(10));
        harness.Store.BeforeCommit = batch => batch.Writes.Any(write => write.Key.StartsWith("task/", StringComparison.Ordinal)) ? throw new StoreUnavailableException("gone") : default;
        await harness.AdvanceAsync(TimeSpan.FromMinutes(21));
        Assert.Single(RunsOf("a"));

        harness.Store.BeforeCommit = null;
        await harness.AdvanceUntilAsync(() => Task.FromResult(RunsOf("a").Count == 2));
    }

    [Fact]
    public async Task A_task_that_needs_no_asking_runs_after_the_mount_was_made_and_again_by_itself()
    {
        await using var harness = await StartAsync();
        var begin = harness.Clock.GetUtcNow();
        await harness.AdvanceUntilAsync(() => Task.FromResult(_engine.Runs.Count(run => run.Task == "sweep") == 2));
        Assert.All(_engine.Runs, run => Assert.True(run.At >= begin.AddHours(1)));
    }

    [Fact]
    public async Task A_mount_that_goes_takes_its_schedule_along()
    {
        await using var harness = await StartAsync();
        (await harness.WriteAsync("roster/roles/a", """{"period":"30m"}""")).Is(204);
        (await harness.SendAsync(Operation.Delete, "sys/mounts/roster", null)).Is(204);
        await harness.AdvanceUntilAsync(async () => (await harness.KeysAsync("task/")).Count == 0);
        Assert.Empty(RunsOf("a"));
    }

    private List<DateTimeOffset> RunsOf(string role) => [.. _engine.Runs.Where(run => run.Argument == role).Select(run => run.At)];

    private async Task<KernelHarness> StartAsync()
    {
        var harness = await KernelHarness.StartAsync(engines: [RosterEngine.Type(_engine)]);
        (await harness.WriteAsync("sys/mounts/roster", """{"type":"roster"}""")).Is(204);
        return harness;
    }
}
