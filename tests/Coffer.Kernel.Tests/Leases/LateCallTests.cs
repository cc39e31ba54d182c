using Coffer.Kernel.Revocation;
using Coffer.Kernel.Tests.Harness;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Leases;

namespace Coffer.Kernel.Tests.Leases;

/// <summary>Calls to the outside system that outlive their use: a sealed kernel ends its own, and what they make late is looked for.</summary>
public sealed class LateCallTests
{
    /// <summary>Every call that a kernel makes to an outside system, and who starts it.</summary>
    public static TheoryData<string, string> EveryCall => new()
    {
        { "create", "a request" },
        { "renew", "a request" },
        { "revoke", "a request" },
        { "revoke", "a job" },
        { "revoke", "expiry" },
        { "make", "a rotation" },
        { "remove", "a rotation" },
    };

    [Theory]
    [MemberData(nameof(EveryCall))]
    public async Task A_seal_ends_every_call_that_is_under_way(string operation, string starter)
    {
        await using var harness = await KernelHarness.StartAsync();
        var lease = (await harness.WriteAsync("fake/creds/a", """{"ttl":"1m"}""")).Ok().LeaseId;
        Hold(harness, operation);
        var asked = starter switch
        {
            "a request" when operation == "create" => harness.WriteAsync("fake/creds/b", """{"ttl":"1h"}"""),
            "a request" => harness.WriteAsync($"sys/leases/{operation}", $$"""{"lease_id":"{{lease}}"}"""),
            "a job" => harness.WriteAsync("sys/leases/revoke-prefix/fake/creds/a"),
            "a rotation" => harness.WriteAsync("fake/rotate"),
            _ => null,
        };
        await harness.AdvanceAsync(starter == "expiry" ? TimeSpan.FromMinutes(1) : TimeSpan.Zero);
        Assert.True(harness.World.CallsOf(operation) > 0);

        // The clock does not move, so nothing here ends because its time is over.
        await harness.SealAsync();

        Assert.Equal(operation, Assert.Single(harness.World.Ended).Split(' ')[0]);
        if (asked is not null)
        {
            (await asked).Is(503);
        }

        harness.World.During = _ => Task.CompletedTask;
        await harness.UnsealAsync();
        await EndAllAsync(harness);
        Assert.Empty(await harness.KeysAsync("task/id/"));
    }

    [Fact]
    public async Task What_a_call_of_a_sealed_kernel_makes_late_is_found_for_as_long_as_it_can_be_carried_out()
    {
        await using var harness = await KernelHarness.StartAsync();
        Hold(harness, "create");
        var asked = harness.WriteAsync("fake/creds/a", """{"ttl":"1h"}""");
        await harness.IdleAsync();
        Assert.Equal(1, harness.World.CallsOf("create"));
        await harness.SealAsync();
        (await asked).Is(503);
        harness.World.During = _ => Task.CompletedTask;
        await harness.UnsealAsync();

        // Well past the half minute that was once waited for.
        await harness.AdvanceAsync(LateCalls.Standard - TimeSpan.FromMinutes(2));
        harness.World.Appear(Assert.Single(await harness.LeasesAsync()));

        await EndAllAsync(harness);
        Assert.Equal(1, harness.World.CallsOf("create"));
    }

    [Fact]
    public async Task What_was_found_and_removed_is_looked_for_again_since_a_repeated_call_may_make_it_again()
    {
        await using var harness = await KernelHarness.StartAsync();
        harness.World.FailsAfter = true;
        harness.World.FailAll("create", FailureClass.Transient);
        (await harness.WriteAsync("fake/creds/a")).Is(400);
        Assert.Empty(harness.World.Secrets);

        harness.World.Appear(Assert.Single(await harness.LeasesAsync()));

        await EndAllAsync(harness);
    }

    [Fact]
    public async Task A_secret_that_was_made_although_a_call_got_no_answer_is_looked_for_after_its_end()
    {
        await using var harness = await KernelHarness.StartAsync();
        harness.World.Unsettled = true;
        var lease = (await harness.WriteAsync("fake/creds/a", """{"ttl":"10s"}""")).Ok().LeaseId;
        await harness.AdvanceUntilAsync(() => harness.World.Secrets.Count == 0);

        harness.World.Appear(lease);

        await EndAllAsync(harness);
    }

    [Fact]
    public async Task What_is_certain_not_to_have_been_sent_is_not_looked_for()
    {
        await using var harness = await KernelHarness.StartAsync();
        harness.World.Fault = (operation, _) => operation == "create" ? new EngineException(FailureClass.Transient, "no connection") { Unsettled = false } : null;

        (await harness.WriteAsync("fake/creds/a")).Is(400);

        Assert.Empty(await harness.LeasesAsync());
    }

    [Fact]
    public async Task A_creation_that_takes_longer_than_its_bound_is_ended_and_answered()
    {
        await using var harness = await KernelHarness.StartAsync();
        Hold(harness, "create");
        var start = harness.Clock.GetUtcNow();
        var asked = harness.WriteAsync("fake/creds/a", """{"ttl":"1h"}""");
        await harness.IdleAsync();
        Assert.Equal(1, harness.World.CallsOf("create"));

        await harness.AdvanceUntilAsync(() => asked.IsCompleted);

        Assert.Contains("did not answer within", (await asked).Is(503).Body, StringComparison.Ordinal);
        Assert.InRange(harness.Clock.GetUtcNow() - start, Limits.CreationTimeMax, Limits.CreationTimeMax + TimeSpan.FromSeconds(20));
        Assert.Single(harness.World.Ended);
        harness.World.Appear(Assert.Single(await harness.LeasesAsync()));
        await EndAllAsync(harness);
    }

    [Fact]
    public async Task A_mount_is_kept_until_no_call_for_it_can_be_carried_out_any_more()
    {
        await using var harness = await KernelHarness.StartAsync();
        harness.World.FailAll("create", FailureClass.Transient);
        (await harness.WriteAsync("fake/creds/a")).Is(400);
        var lease = Assert.Single(await harness.LeasesAsync());
        (await harness.WriteAsync("sys/leases/revoke", $$"""{"lease_id":"{{lease}}"}""")).Ok();

        Assert.Contains("may still be carried out", (await harness.SendAsync(Operation.Delete, "sys/mounts/fake", null)).Is(400).Body, StringComparison.Ordinal);

        await EndAllAsync(harness);
        (await harness.SendAsync(Operation.Delete, "sys/mounts/fake", null)).Is(204);
    }

    /// <summary>Holds every call of an operation until it is cancelled.</summary>
    private static void Hold(KernelHarness harness, string operation) =>
        harness.World.During = called => called == operation ? new TaskCompletionSource().Task : Task.CompletedTask;

    private static async Task EndAllAsync(KernelHarness harness)
    {
        await harness.AdvanceUntilAsync(
            async () => (await harness.LeasesAsync()).Count == 0 && (await harness.KeysAsync("task/id/")).Count == 0);
        Assert.Empty(harness.World.Secrets);
    }
}
