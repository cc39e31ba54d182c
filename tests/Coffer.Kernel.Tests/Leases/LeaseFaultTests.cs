using Coffer.Kernel.Leases;
using Coffer.Kernel.Revocation;
using Coffer.Kernel.Tests.Harness;
using Coffer.Sdk.Leases;
using Coffer.Storage;
using Coffer.Testing;

namespace Coffer.Kernel.Tests.Leases;

/// <summary>Whatever call of the store or the engine fails, and whether or not it was done: nothing is left outside without a lease.</summary>
public sealed class LeaseFaultTests
{
    private static readonly string[] Steps = ["create", "renew", "revoke"];

    public static TheoryData<string, FaultMoment> StepsAndMoments()
    {
        var data = new TheoryData<string, FaultMoment>();
        foreach (var step in Steps)
        {
            data.Add(step, FaultMoment.Before);
            data.Add(step, FaultMoment.After);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(StepsAndMoments))]
    public async Task The_store_may_fail_any_call(string step, FaultMoment moment)
    {
        for (var n = 1; ; n++)
        {
            await using var harness = await KernelHarness.StartAsync();
            var leaseId = step == "create" ? "" : (await harness.WriteAsync("fake/creds/a", """{"ttl":"1h"}""")).Ok().LeaseId;
            await harness.IdleAsync();
            var before = harness.Store.Calls;
            harness.Store.FailCall(before + n, moment);

            var answer = await RunAsync(harness, step, leaseId);

            var reached = harness.Store.Calls - before >= n;
            harness.Store.Heal();
            Assert.Contains(answer.Status, (int[])[200, 204, 503]);
            await EndAllAsync(harness);
            if (!reached)
            {
                Assert.True(answer.IsOk);
                Assert.True(n > 3, $"only {n} calls");
                return;
            }
        }
    }

    [Theory]
    [MemberData(nameof(StepsAndMoments))]
    public async Task The_process_may_die_at_any_call(string step, FaultMoment moment)
    {
        for (var n = 1; ; n++)
        {
            await using var harness = await KernelHarness.StartAsync();
            var leaseId = step == "create" ? "" : (await harness.WriteAsync("fake/creds/a", """{"ttl":"1h"}""")).Ok().LeaseId;
            await harness.IdleAsync();
            var before = harness.Store.Calls;
            harness.Store.DieAtCall(before + n, moment);

            await RunAsync(harness, step, leaseId);

            var reached = harness.Store.Calls - before >= n;
            await harness.RestartAsync();
            var alive = harness.World.Secrets.Count;
            await harness.AssertConsistentAsync();
            await EndAllAsync(harness);
            if (!reached)
            {
                Assert.Equal(step == "revoke" ? 0 : 1, alive);
                return;
            }
        }
    }

    [Theory]
    [InlineData(FaultMoment.Before)]
    [InlineData(FaultMoment.After)]
    public async Task A_revocation_that_spares_children_spares_them_also_when_the_process_dies_at_any_call(FaultMoment moment)
    {
        for (var n = 1; ; n++)
        {
            await using var harness = await KernelHarness.StartAsync();
            var parent = await harness.TokenAsync();
            var children = new[] { await harness.TokenAsync(parent: parent.ClientToken), await harness.TokenAsync(parent: parent.ClientToken) };
            await harness.IdleAsync();
            var before = harness.Store.Calls;
            harness.Store.DieAtCall(before + n, moment);

            await harness.WriteAsync("auth/token/revoke-orphan", $$"""{"token":"{{parent.ClientToken}}"}""");

            var reached = harness.Store.Calls - before >= n;
            var start = harness.Clock.GetUtcNow();
            await harness.RestartAsync();
            await harness.AdvanceUntilAsync(async () => (await harness.ReadAsync("auth/token/lookup-self", parent.ClientToken)).Status == 403
                || harness.Clock.GetUtcNow() - start > DueKeys.TakeUpAfter);
            foreach (var child in children)
            {
                (await harness.ReadAsync("auth/token/lookup-self", child.ClientToken)).Is(200);
            }

            await harness.AssertConsistentAsync();
            if (!reached)
            {
                (await harness.ReadAsync("auth/token/lookup-self", parent.ClientToken)).Is(403);
                Assert.True(n > 6, $"only {n} calls");
                return;
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_creation_that_fails_leaves_nothing_wherever_it_failed(bool after)
    {
        await using var harness = await KernelHarness.StartAsync();
        harness.World.FailsAfter = after;
        harness.World.FailAll("create", FailureClass.Transient);

        (await harness.WriteAsync("fake/creds/a")).Is(400);

        Assert.Empty(harness.World.Secrets);
        await EndAllAsync(harness);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_creation_that_was_cut_off_makes_late_is_found(bool died)
    {
        await using var harness = await KernelHarness.StartAsync();
        if (died)
        {
            await harness.IdleAsync();
            harness.World.During = _ =>
            {
                harness.Store.DieAtCall(harness.Store.Calls + 1, FaultMoment.Before);
                return Task.CompletedTask;
            };
            harness.World.FailAll("create", FailureClass.Transient);
            await harness.WriteAsync("fake/creds/a");
            harness.World.During = _ => Task.CompletedTask;
            harness.Clock.Advance(TimeSpan.FromSeconds(1));
            await harness.RestartAsync();
            await harness.IdleAsync();
            Assert.NotEmpty(harness.World.Missed);
        }
        else
        {
            harness.World.FailAll("create", FailureClass.Transient);
            (await harness.WriteAsync("fake/creds/a")).Is(400);
        }

        // It was looked for in vain. Now it comes.
        var name = Assert.Single(harness.World.Missed.Distinct());
        Assert.Single(await harness.LeasesAsync());
        harness.World.Appear(name);
        await EndAllAsync(harness);
    }

    [Fact]
    public async Task What_never_comes_is_forgotten_when_no_call_can_be_under_way_any_more()
    {
        await using var harness = await KernelHarness.StartAsync();
        harness.World.FailAll("create", FailureClass.Transient);
        (await harness.WriteAsync("fake/creds/a")).Is(400);
        var start = harness.Clock.GetUtcNow();

        await harness.AdvanceUntilAsync(async () => (await harness.LeasesAsync()).Count == 0);

        Assert.InRange(harness.Clock.GetUtcNow() - start, LateCalls.Standard, LateCalls.Standard + TimeSpan.FromMinutes(1));
        Assert.InRange(harness.World.Missed.Count, 10, 40);
    }

    [Fact]
    public async Task A_creation_that_fails_and_cannot_be_cleaned_up_is_cleaned_up_later()
    {
        await using var harness = await KernelHarness.StartAsync();
        harness.World.FailsAfter = true;
        harness.World.Fault = (_, _) => new EngineException(FailureClass.Throttled, "slow down");

        (await harness.WriteAsync("fake/creds/a")).Is(502);

        Assert.Single(await harness.LeasesAsync());
        harness.World.Heal();
        await EndAllAsync(harness);
    }

    [Fact]
    public async Task CVE_2026_55776_an_engine_that_breaks_its_promise_about_exceptions_loses_nothing()
    {
        await using var harness = await KernelHarness.StartAsync();
        harness.World.FailsAfter = true;
        harness.World.Fault = (_, n) => n <= 2 ? new InvalidOperationException("a bug in the engine") : null;

        await Assert.ThrowsAsync<InvalidOperationException>(() => harness.WriteAsync("fake/creds/a"));

        Assert.Single(await harness.LeasesAsync());
        await EndAllAsync(harness);
        Assert.NotEmpty(harness.Failures);
    }

    [Theory]
    [InlineData(FailureClass.Transient)]
    [InlineData(FailureClass.Throttled)]
    public async Task Throttling_and_a_dead_network_never_use_up_attempts(FailureClass failure)
    {
        await using var harness = await KernelHarness.StartAsync();
        var made = (await harness.WriteAsync("fake/creds/a", """{"ttl":"10s"}""")).Ok();
        harness.World.FailAll("revoke", failure);

        await harness.AdvanceUntilAsync(() => harness.World.CallsOf("revoke") >= 20);
        var shown = (await harness.WriteAsync("sys/leases/lookup", $$"""{"lease_id":"{{made.LeaseId}}"}""")).Ok();
        Assert.Contains("revoke failed as asked", shown.Body, StringComparison.Ordinal);

        // Had an attempt counted, the next one would be an hour away.
        var calls = harness.World.CallsOf("revoke");
        var start = harness.Clock.GetUtcNow();
        await harness.AdvanceUntilAsync(() => harness.World.CallsOf("revoke") > calls);
        Assert.True(harness.Clock.GetUtcNow() - start < TimeSpan.FromMinutes(20));
        harness.World.Heal();
        await EndAllAsync(harness);
    }

    [Fact]
    public async Task What_needs_an_operator_waits_for_one_visibly_and_is_tried_again_by_the_hour()
    {
        await using var harness = await KernelHarness.StartAsync();
        var made = (await harness.WriteAsync("fake/creds/a", """{"ttl":"10s"}""")).Ok();
        harness.World.FailAll("revoke", FailureClass.NeedsOperator);
        await harness.AdvanceUntilAsync(() => harness.World.CallsOf("revoke") == 1);
        await harness.IdleAsync();

        await harness.AdvanceAsync(TimeSpan.FromMinutes(59));
        Assert.Equal(1, harness.World.CallsOf("revoke"));
        var shown = (await harness.WriteAsync("sys/leases/lookup", $$"""{"lease_id":"{{made.LeaseId}}"}""")).Ok();
        Assert.Equal("revoke failed as asked", (string?)shown.Data["revoke_error"]);
        Assert.False((bool)shown.Data["renewable"]!);

        await harness.AdvanceUntilAsync(() => harness.Events.Count(line => line.Text == "a lease could not be revoked") == 2);
        await harness.IdleAsync();
        Assert.Equal(2, harness.World.CallsOf("revoke"));
        harness.World.Heal();
        (await harness.WriteAsync("sys/leases/revoke", $$"""{"lease_id":"{{made.LeaseId}}"}""")).Is(204);
        Assert.Empty(harness.World.Secrets);
    }

    [Fact]
    public async Task Forcing_forgets_a_lease_whose_secret_stays()
    {
        await using var harness = await KernelHarness.StartAsync();
        harness.LeaveBroken("its lease is forgotten by force, and its secret stays outside");
        (await harness.WriteAsync("fake/creds/a")).Ok();
        harness.World.FailAll("revoke", FailureClass.NeedsOperator);

        (await harness.WriteAsync("sys/leases/revoke-prefix/fake/creds/a")).Is(400);
        Assert.Single(await harness.LeasesAsync());
        (await harness.WriteAsync("sys/leases/revoke-force/fake/creds/a")).Is(204);

        Assert.Empty(await harness.LeasesAsync());
        Assert.Single(harness.World.Secrets);
    }

    [Fact]
    public async Task A_store_that_is_away_at_expiry_delays_it_without_a_storm()
    {
        await using var harness = await KernelHarness.StartAsync();
        (await harness.WriteAsync("fake/creds/a", """{"ttl":"10s"}""")).Ok();
        await harness.IdleAsync();
        harness.Store.BeforeCommit = _ => throw new StoreUnavailableException("the disk is full");

        harness.Clock.Advance(TimeSpan.FromSeconds(11));
        await harness.IdleAsync();
        Assert.NotEmpty(harness.Failures);

        // The next try waits for the clock.
        Assert.Single(harness.Failures);
        Assert.Single(harness.World.Secrets);
        harness.Store.BeforeCommit = null;
        await EndAllAsync(harness);
    }

    [Fact]
    public async Task A_lease_that_cannot_be_read_does_not_keep_the_others_alive()
    {
        await using var harness = await KernelHarness.StartAsync();
        var broken = (await harness.WriteAsync("fake/creds/broken", """{"ttl":"10s"}""")).Ok();
        (await harness.WriteAsync("fake/creds/whole", """{"ttl":"20s"}""")).Ok();
        await harness.Memory.CommitAsync(new StoreBatch([new StoreWrite($"lease/id/{broken.LeaseId}", new byte[] { 1, 2, 3 })], []));

        // Also from a fresh start, whose first look is at what a stopped process left behind.
        await harness.RestartAsync();
        await harness.AdvanceUntilAsync(() => harness.World.Secrets.Count == 1);

        Assert.Equal([broken.LeaseId], harness.World.Secrets);
        Assert.NotEmpty(harness.Failures);
        Assert.InRange(harness.Failures.Count, 1, 20);
    }

    private static async Task<Answer> RunAsync(KernelHarness harness, string step, string leaseId) => step switch
    {
        "create" => await harness.WriteAsync("fake/creds/a", """{"ttl":"1h"}"""),
        "renew" => await harness.WriteAsync("sys/leases/renew", $$"""{"lease_id":"{{leaseId}}","increment":"2h"}"""),
        _ => await harness.WriteAsync("sys/leases/revoke", $$"""{"lease_id":"{{leaseId}}"}"""),
    };

    /// <summary>Lets everything run out, and checks that nothing is left anywhere.</summary>
    private static async Task EndAllAsync(KernelHarness harness)
    {
        await harness.AdvanceUntilAsync(async () => (await harness.LeasesAsync()).Count == 0);
        Assert.Empty(harness.World.Secrets);
        Assert.Empty(await harness.KeysAsync("lease/owner/"));
    }
}
