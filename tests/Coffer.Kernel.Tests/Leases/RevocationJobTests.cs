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
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var revoked = 0;
        harness.World.During = async operation =>
        {
            if (operation == "revoke" && Interlocked.Increment(ref revoked) > 300)
            {
                await hold.Task;
            }
        };
        var id = (string)(await harness.WriteAsync("sys/leases/revoke-prefix/fake/creds", """{"sync":false}""")).Is(202).Data["job_id"]!;
        await harness.IdleAsync();
        Assert.True(Volatile.Read(ref revoked) > 300);
        var midway = (await harness.ReadAsync($"sys/leases/jobs/{id}")).Ok();
        Assert.Equal("running", (string)midway.Data["state"]!);
        Assert.Equal(256, (int)midway.Data["revoked"]!);

        harness.World.During = _ => Task.CompletedTask;
        hold.SetResult();
        harness.Store.DieAtCall(harness.Store.Calls + 1, FaultMoment.Before);
        await harness.RestartAsync();
        await harness.IdleAsync();
        Assert.Equal("done", (string)(await harness.ReadAsync($"sys/leases/jobs/{id}")).Data["state"]!);

        var ended = (await harness.ReadAsync($"sys/leases/jobs/{id}")).Ok();
        Assert.InRange((int)ended.Data["revoked"]!, 340, 600);
        Assert.Empty(harness.World.Secrets);
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
        await harness.IdleAsync();
        (await harness.ReadAsync("sys/mounts/fake")).Is(400);

        Assert.Empty(harness.World.Secrets);
        Assert.Empty(await harness.KeysAsync("logical/"));
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
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        harness.World.During = async operation =>
        {
            if (operation == "revoke")
            {
                await hold.Task;
            }
        };
        var disabling = harness.SendAsync(Operation.Delete, "sys/mounts/fake", null);
        await harness.IdleAsync();
        Assert.True(harness.World.CallsOf("revoke") > 0);
        (await harness.WriteAsync("fake/creds/a")).Is(404);
        var jobs = (await harness.SendAsync(Operation.List, "sys/leases/jobs", null)).Ok();
        var id = (string)jobs.Data["keys"]![0]!;

        (await harness.WriteAsync($"sys/leases/jobs/{id}/cancel")).Is(204);
        hold.SetResult();

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
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        harness.World.During = operation => operation == "revoke" ? hold.Task : Task.CompletedTask;
        var first = harness.SendAsync(Operation.Delete, "sys/mounts/fake", null);
        await harness.IdleAsync();
        Assert.True(harness.World.CallsOf("revoke") > 0);
        var second = harness.SendAsync(Operation.Delete, "sys/mounts/fake", null);
        await harness.IdleAsync();
        Assert.False(second.IsCompleted);

        hold.SetResult();

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
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        harness.World.During = operation => operation == "revoke" ? hold.Task : Task.CompletedTask;
        var asking = harness.WriteAsync("sys/leases/revoke-prefix/fake/creds");
        await harness.IdleAsync();
        Assert.True(harness.World.CallsOf("revoke") > 0);

        var sealing = harness.SealAsync();
        hold.SetResult();
        await sealing;

        (await asking).Is(503);
        harness.World.During = _ => Task.CompletedTask;
        await harness.UnsealAsync();
        await harness.IdleAsync();
        Assert.Empty(harness.World.Secrets);
    }

    [Fact]
    public async Task Who_waits_for_a_while_only_is_given_the_job()
    {
        await using var harness = await KernelHarness.StartAsync();
        await MakeAsync(harness, 1);
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        harness.World.During = operation => operation == "revoke" ? hold.Task : Task.CompletedTask;

        var asking = harness.WriteAsync("sys/leases/revoke-prefix/fake/creds", """{"wait":"2s"}""");
        await harness.IdleAsync();
        Assert.True(harness.World.CallsOf("revoke") > 0);
        await harness.AdvanceAsync(TimeSpan.FromSeconds(2));
        Assert.True(asking.IsCompleted);
        var id = (string)(await asking).Is(202).Data["job_id"]!;
        Assert.Equal("running", (string)(await harness.ReadAsync($"sys/leases/jobs/{id}")).Data["state"]!);

        hold.SetResult();
        await harness.IdleAsync();
        Assert.Equal("done", (string)(await harness.ReadAsync($"sys/leases/jobs/{id}")).Data["state"]!);
    }

    [Fact]
    public async Task A_client_that_waits_for_a_while_gets_the_number_of_leases_that_were_revoked()
    {
        await using var harness = await KernelHarness.StartAsync();
        await MakeAsync(harness, 3);

        Assert.Equal(3, (int)(await harness.WriteAsync("sys/leases/revoke-prefix/fake/creds", """{"wait":"2s"}""")).Is(200).Data["revoked"]!);
        Assert.Equal(0, (int)(await harness.WriteAsync("sys/leases/revoke-prefix/fake/creds", """{"wait":"2s"}""")).Is(200).Data["revoked"]!);
        (await harness.WriteAsync("sys/leases/revoke-prefix/fake/creds")).Is(204);
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
