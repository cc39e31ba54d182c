using Coffer.Kernel.Tests.Harness;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Leases;
using Coffer.Storage;

namespace Coffer.Kernel.Tests.Tasks;

public sealed class RotationTests
{
    [Fact]
    public async Task A_rotation_runs_to_its_end_and_is_forgotten()
    {
        await using var harness = await KernelHarness.StartAsync();
        (await harness.WriteAsync("fake/rotate")).Is(204);
        Assert.Equal(["make key", "remove old"], harness.World.Calls);
        Assert.Empty(await harness.KeysAsync("task/id/"));
    }

    [Fact]
    public async Task What_could_not_finish_is_tried_again_by_itself()
    {
        await using var harness = await KernelHarness.StartAsync();
        harness.World.FailAll("remove", FailureClass.Transient);
        (await harness.WriteAsync("fake/rotate")).Is(200);
        Assert.Single(await harness.KeysAsync("task/id/"));

        harness.World.Heal();
        await harness.AdvanceUntilAsync(async () => (await harness.KeysAsync("task/id/")).Count == 0);
        Assert.Equal(1, harness.World.CallsOf("make"));
    }

    [Theory]
    [InlineData(FailureClass.Transient, 400)]
    [InlineData(FailureClass.Throttled, 502)]
    public async Task A_rotation_whose_outside_system_fails_is_refused_and_tried_again_ten_seconds_later(FailureClass failure, int status)
    {
        await using var harness = await KernelHarness.StartAsync();
        harness.World.FailAll("make", failure);
        Assert.Contains("make failed as asked", (await harness.WriteAsync("fake/rotate")).Is(status).Body, StringComparison.Ordinal);

        await harness.RestartAsync();
        await harness.AdvanceAsync(TimeSpan.FromSeconds(9.9));
        Assert.Equal(1, harness.World.CallsOf("make"));
        harness.World.Heal();
        await harness.AdvanceAsync(TimeSpan.FromSeconds(0.1));
        Assert.Equal(2, harness.World.CallsOf("make"));
        Assert.Empty(await harness.KeysAsync("task/id/"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task What_a_crash_cut_off_is_taken_up_when_the_server_is_unsealed(int commit)
    {
        await using var harness = await KernelHarness.StartAsync();
        var seen = 0;
        harness.Store.BeforeCommit = batch => batch.Writes.Any(write => write.Key.Contains("made", StringComparison.Ordinal) || write.Key.StartsWith("task/id/", StringComparison.Ordinal)) && seen++ > commit
            ? throw new StoreUnavailableException("gone") : default;
        Assert.Contains((await harness.WriteAsync("fake/rotate")).Status, (int[])[204, 503]);
        Assert.Single(await harness.KeysAsync("task/id/"));

        await harness.RestartAsync();
        await harness.AdvanceUntilAsync(async () => (await harness.KeysAsync("task/id/")).Count == 0);
        Assert.Equal(["make key", "remove old"], harness.World.Calls.Distinct());
    }

    [Fact]
    public async Task Who_asks_while_one_runs_gets_the_answer_of_that_one()
    {
        await using var harness = await KernelHarness.StartAsync();
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        harness.World.During = operation => operation == "make" ? held.Task : Task.CompletedTask;
        var asked = Enumerable.Range(0, 5).Select(_ => harness.WriteAsync("fake/rotate")).ToArray();
        await harness.IdleAsync();
        Assert.Equal(1, harness.World.CallsOf("make"));
        held.SetResult();

        Assert.All(await Task.WhenAll(asked), answer => answer.Is(204));
        Assert.Equal(1, harness.World.CallsOf("make"));
        Assert.Empty(await harness.KeysAsync("task/id/"));
    }

    [Fact]
    public async Task A_rotation_of_a_mount_that_is_gone_is_forgotten()
    {
        await using var harness = await KernelHarness.StartAsync();
        harness.World.FailAll("remove", FailureClass.Transient);
        (await harness.WriteAsync("fake/rotate")).Is(200);
        (await harness.SendAsync(Operation.Delete, "sys/mounts/fake", null)).Is(204);
        await harness.AdvanceUntilAsync(async () => (await harness.KeysAsync("task/id/")).Count == 0);
    }
}
