using Coffer.Kernel.Tests.Harness;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Leases;
using Coffer.Testing;

namespace Coffer.Kernel.Tests.Leases;

/// <summary>Revocations of many leases: one that stops half-way goes on, and says how far it is.</summary>
public sealed class RevocationJobTests
{
    [Fact]
    public async Task A_job_that_a_seal_cut_off_goes_on_after_the_restart_and_counts_on()
    {
        await using var harness = await KernelHarness.StartAsync();
        await MakeAsync(harness, 600);
        using var hold = new SemaphoreSlim(0);
        var revoked = 0;
        harness.World.During = async operation =>
        {
            if (operation == "revoke" && Interlocked.Increment(ref revoked) > 300)
            {
                await hold.WaitAsync(TestContext.Current.CancellationToken);
            }
        };
        var id = (string)(await harness.WriteAsync("sys/leases/revoke-prefix/fake/creds", """{"sync":false}""")).Is(202).Data["job_id"]!;
        await KernelHarness.WaitUntilAsync(() => Volatile.Read(ref revoked) > 300);
        var midway = (await harness.ReadAsync($"sys/leases/jobs/{id}")).Ok();
        Assert.Equal("running", (string)midway.Data["state"]!);
        Assert.Equal(256, (int)midway.Data["revoked"]!);

        harness.World.During = _ => Task.CompletedTask;
        hold.Release(1000);
        harness.Store.DieAtCall(harness.Store.Calls + 1, FaultMoment.Before);
        await harness.RestartAsync();
        await harness.AdvanceUntilAsync(async () => (string)(await harness.ReadAsync($"sys/leases/jobs/{id}")).Data["state"]! == "done", TimeSpan.FromMilliseconds(1));

        var ended = (await harness.ReadAsync($"sys/leases/jobs/{id}")).Ok();
        Assert.InRange((int)ended.Data["revoked"]!, 340, 600);
        Assert.Empty(harness.World.Secrets);
        await harness.AssertConsistentAsync();
    }

    [Fact]
    public async Task A_mount_whose_removal_was_cut_off_is_removed_after_the_restart()
    {
        await using var harness = await KernelHarness.StartAsync();
        (await harness.WriteAsync("fake/items/x", """{"value":"v"}""")).Ok();
        await MakeAsync(harness, 3);
        harness.World.During = operation =>
        {
            if (operation == "revoke")
            {
                harness.Store.DieAtCall(harness.Store.Calls + 1, FaultMoment.Before);
            }

            return Task.CompletedTask;
        };
        Assert.False((await harness.SendAsync(Operation.Delete, "sys/mounts/fake", null)).IsOk);
        harness.World.During = _ => Task.CompletedTask;

        await harness.RestartAsync();
        await harness.AdvanceUntilAsync(async () => (await harness.ReadAsync("sys/mounts/fake")).Status == 400, TimeSpan.FromMilliseconds(1));

        Assert.Empty(harness.World.Secrets);
        Assert.Empty(await harness.KeysAsync("logical/"));
        await harness.AssertConsistentAsync();
    }

    [Fact]
    public async Task One_lease_that_will_not_go_stops_no_other_and_is_named()
    {
        await using var harness = await KernelHarness.StartAsync();
        await MakeAsync(harness, 20);
        harness.World.Fault = (operation, number) =>
            operation == "revoke" && number == 5 ? new EngineException(FailureClass.NeedsOperator, "access denied") : null;

        var answer = (await harness.WriteAsync("sys/leases/revoke-prefix/fake/creds")).Is(400);

        Assert.Contains("access denied", answer.Body, StringComparison.Ordinal);
        var left = Assert.Single(await harness.LeasesAsync());
        var jobs = (await harness.SendAsync(Operation.List, "sys/leases/jobs", null)).Ok();
        var job = jobs.Data["key_info"]![(string)jobs.Data["keys"]![0]!]!;
        Assert.Equal("failed", (string)job["state"]!);
        Assert.Equal(19, (int)job["revoked"]!);
        Assert.Equal(1, (int)job["failed"]!);
        Assert.Equal(left, (string)job["first_failed_lease"]!);
    }

    [Fact]
    public async Task A_cancelled_job_stops_and_its_mount_serves_again()
    {
        await using var harness = await KernelHarness.StartAsync();
        await MakeAsync(harness, 300);
        using var hold = new SemaphoreSlim(0);
        harness.World.During = async operation =>
        {
            if (operation == "revoke")
            {
                await hold.WaitAsync(TestContext.Current.CancellationToken);
            }
        };
        var disabling = harness.SendAsync(Operation.Delete, "sys/mounts/fake", null);
        await KernelHarness.WaitUntilAsync(() => harness.World.CallsOf("revoke") > 0);
        (await harness.WriteAsync("fake/creds/a")).Is(404);
        var jobs = (await harness.SendAsync(Operation.List, "sys/leases/jobs", null)).Ok();
        var id = (string)jobs.Data["keys"]![0]!;

        (await harness.WriteAsync($"sys/leases/jobs/{id}/cancel")).Is(204);
        hold.Release(1000);

        (await disabling).Is(400);
        Assert.Equal("cancelled", (string)(await harness.ReadAsync($"sys/leases/jobs/{id}")).Data["state"]!);
        Assert.NotEmpty(await harness.LeasesAsync());
        (await harness.WriteAsync("fake/creds/a")).Ok();
        (await harness.WriteAsync($"sys/leases/jobs/{id}/cancel")).Is(400);
    }

    [Fact]
    public async Task Who_disables_a_mount_that_is_going_waits_for_the_same_job()
    {
        await using var harness = await KernelHarness.StartAsync();
        await MakeAsync(harness, 1);
        using var hold = new SemaphoreSlim(0);
        harness.World.During = operation => operation == "revoke" ? hold.WaitAsync(TestContext.Current.CancellationToken) : Task.CompletedTask;
        var first = harness.SendAsync(Operation.Delete, "sys/mounts/fake", null);
        await KernelHarness.WaitUntilAsync(() => harness.World.CallsOf("revoke") > 0);
        var second = harness.SendAsync(Operation.Delete, "sys/mounts/fake", null);
        await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.False(second.IsCompleted);

        hold.Release(10);

        (await first).Is(204);
        (await second).Is(204);
        Assert.Single(await harness.KeysAsync("lease/job/"));
        Assert.Equal(1, harness.World.CallsOf("revoke"));
    }

    [Fact]
    public async Task Who_waits_while_the_server_is_sealed_is_told_that_the_job_goes_on()
    {
        await using var harness = await KernelHarness.StartAsync();
        await MakeAsync(harness, 600);
        using var hold = new SemaphoreSlim(0);
        harness.World.During = operation => operation == "revoke" ? hold.WaitAsync(TestContext.Current.CancellationToken) : Task.CompletedTask;
        var asking = harness.WriteAsync("sys/leases/revoke-prefix/fake/creds");
        await KernelHarness.WaitUntilAsync(() => harness.World.CallsOf("revoke") > 0);

        var sealing = harness.Kernel.SealAsync();
        hold.Release(1000);
        await sealing;

        (await asking).Is(503);
        harness.World.During = _ => Task.CompletedTask;
        await harness.UnsealAsync();
        await harness.AdvanceUntilAsync(() => Task.FromResult(harness.World.Secrets.Count == 0), TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public async Task Who_waits_for_a_while_only_is_given_the_job()
    {
        await using var harness = await KernelHarness.StartAsync();
        await MakeAsync(harness, 1);
        using var hold = new SemaphoreSlim(0);
        harness.World.During = operation => operation == "revoke" ? hold.WaitAsync(TestContext.Current.CancellationToken) : Task.CompletedTask;

        var asking = harness.WriteAsync("sys/leases/revoke-prefix/fake/creds", """{"wait":"2s"}""");
        await KernelHarness.WaitUntilAsync(() => harness.World.CallsOf("revoke") > 0);
        await harness.AdvanceUntilAsync(() => Task.FromResult(asking.IsCompleted), TimeSpan.FromSeconds(1));
        var id = (string)(await asking).Is(202).Data["job_id"]!;
        Assert.Equal("running", (string)(await harness.ReadAsync($"sys/leases/jobs/{id}")).Data["state"]!);

        hold.Release(10);
        await harness.AdvanceUntilAsync(async () => (string)(await harness.ReadAsync($"sys/leases/jobs/{id}")).Data["state"]! == "done", TimeSpan.FromMilliseconds(1));
        (await harness.WriteAsync("sys/leases/revoke-prefix/fake/creds", """{"wait":"2s"}""")).Is(204);
    }

    [Fact]
    public async Task Jobs_that_have_ended_are_dropped_after_a_week()
    {
        await using var harness = await KernelHarness.StartAsync();
        (await harness.WriteAsync("sys/leases/revoke-prefix/fake/creds")).Is(204);
        (await harness.WriteAsync("sys/leases/revoke-prefix/fake/creds")).Is(204);
        Assert.Equal(2, (await harness.KeysAsync("lease/job/")).Count);

        harness.Clock.Advance(TimeSpan.FromDays(8));
        (await harness.WriteAsync("sys/leases/revoke-prefix/fake/creds")).Is(204);

        Assert.Single(await harness.KeysAsync("lease/job/"));
    }

    [Fact]
    public async Task Jobs_are_shown_and_stopped_only_with_sudo()
    {
        await using var harness = await KernelHarness.StartAsync();
        var token = (await harness.TokenAsync()).ClientToken;
        (await harness.SendAsync(Operation.List, "sys/leases/jobs", null, token)).Is(403);
        (await harness.ReadAsync("sys/leases/jobs/x", token)).Is(403);
        (await harness.WriteAsync("sys/leases/jobs/x/cancel", null, token)).Is(403);
        (await harness.ReadAsync("sys/leases/jobs/x")).Is(404);
        (await harness.WriteAsync("sys/leases/jobs/x/cancel")).Is(404);
        (await harness.SendAsync(Operation.List, "sys/leases/jobs", null)).Is(404);
    }

    private static async Task MakeAsync(KernelHarness harness, int count) =>
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count), TestContext.Current.CancellationToken, async (_, _) => (await harness.WriteAsync("fake/creds/a", """{"ttl":"1h"}""")).Ok());
}
