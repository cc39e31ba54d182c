using Coffer.Kernel.Tests.Harness;

namespace Coffer.Kernel.Tests.Seal;

/// <summary>What an instance still does when it is sealed ends before the next instance begins.</summary>
public sealed class SealWhileWorkingTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Abort = TimeSpan.FromSeconds(20);

    /// <summary>Every way in which a request waits for something outside the kernel.</summary>
    public static TheoryData<string, string> Work => new()
    {
        { "between", "fake/slow" },
        { "create", "fake/creds/a" },
        { "renew", "sys/leases/renew" },
        { "revoke", "sys/leases/revoke" },
        { "revoke", "sys/leases/revoke-prefix/fake" },
        { "make", "fake/rotate" },
    };

    [Theory]
    [MemberData(nameof(Work))]
    public async Task An_unseal_waits_for_the_requests_that_were_under_way_at_the_seal(string operation, string path)
    {
        await using var harness = await KernelHarness.StartAsync();
        harness.World.IsDeaf = true;
        var (request, held) = await HoldAsync(harness, operation, path);

        (await harness.WriteAsync("sys/seal")).Is(204);
        var unsealing = harness.UnsealAsync();
        await WaitsAsync(harness, unsealing);
        Assert.True(harness.Kernel.IsSealed);
        (await harness.ReadAsync("sys/health", "")).Is(503);
        held.SetResult();
        await unsealing;

        await request;
        Assert.False(harness.Kernel.IsSealed);
    }

    [Fact]
    public async Task A_request_that_does_not_end_is_cancelled_when_its_time_is_over()
    {
        await using var harness = await KernelHarness.StartAsync();
        var (request, _) = await HoldAsync(harness, "between", "fake/slow");

        (await harness.WriteAsync("sys/seal")).Is(204);
        var unsealing = harness.UnsealAsync();
        await WaitsAsync(harness, unsealing);
        await harness.AdvanceAsync(Grace - TimeSpan.FromSeconds(1));
        Assert.False(request.IsCompleted);
        await harness.AdvanceAsync(TimeSpan.FromSeconds(1));
        await unsealing;

        (await request).Is(503);
    }

    [Theory]
    [MemberData(nameof(Work))]
    public async Task Work_that_ignores_its_cancellation_holds_up_sealing_no_longer_than_the_bound_and_writes_nothing_after_it(string operation, string path)
    {
        await using var harness = await KernelHarness.StartAsync();
        harness.World.IsDeaf = true;
        var (request, held) = await HoldAsync(harness, operation, path);

        (await harness.WriteAsync("sys/seal")).Is(204);
        var sealing = harness.SealAsync();
        await harness.AdvanceAsync(Grace + Abort - TimeSpan.FromSeconds(1));
        Assert.False(sealing.IsCompleted);
        await harness.AdvanceAsync(TimeSpan.FromSeconds(1));
        await sealing;
        var stored = await harness.RawAsync();
        held.SetResult();

        (await request).Is(503);
        Assert.Equal(stored, await harness.RawAsync());
        harness.World.During = _ => Task.CompletedTask;
        await harness.UnsealAsync();
    }

    [Fact]
    public async Task Revocations_of_the_janitor_are_cancelled_and_waited_for()
    {
        await using var harness = await KernelHarness.StartAsync();
        (await harness.WriteAsync("fake/creds/a", """{"ttl":"1m"}""")).Ok();
        var held = new TaskCompletionSource();
        var ended = new TaskCompletionSource();
        harness.World.IsDeaf = true;
        harness.World.During = async _ =>
        {
            await held.Task;
            ended.TrySetResult();
        };
        await harness.AdvanceUntilAsync(() => harness.World.CallsOf("revoke") > 0);

        (await harness.WriteAsync("sys/seal")).Is(204);
        var unsealing = harness.UnsealAsync();
        await WaitsAsync(harness, unsealing);
        Assert.False(ended.Task.IsCompleted);
        held.SetResult();
        await unsealing;

        Assert.True(ended.Task.IsCompleted);
        await harness.AdvanceUntilAsync(async () => (await harness.LeasesAsync()).Count == 0);
    }

    /// <summary>Begins a request, and returns when it waits outside the kernel.</summary>
    private static async Task<(Task<Answer> Request, TaskCompletionSource Held)> HoldAsync(KernelHarness harness, string operation, string path)
    {
        var lease = path.StartsWith("sys/leases", StringComparison.Ordinal)
            ? (string)(await harness.WriteAsync("fake/creds/a", """{"ttl":"1h"}""")).Ok().Json["lease_id"]!
            : "";
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        harness.World.During = called =>
        {
            reached.TrySetResult();
            return called == operation ? held.Task : Task.CompletedTask;
        };
        var request = harness.WriteAsync(path, path is "sys/leases/renew" or "sys/leases/revoke" ? $$"""{"lease_id":"{{lease}}"}""" : "{}");
        await Task.WhenAny(reached.Task, request);
        Assert.False(request.IsCompleted, "the request did not wait");
        return (request, held);
    }

    /// <summary>Returns when the log says that unsealing waits; fails where it did not.</summary>
    private static async Task WaitsAsync(KernelHarness harness, Task unsealing)
    {
        await harness.IdleAsync();
        Assert.False(unsealing.IsCompleted, "an instance began before the one before it had ended");
        Assert.Contains(harness.Events, line => line.Text.Contains("unsealing waits", StringComparison.Ordinal));
    }
}
