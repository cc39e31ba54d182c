using Coffer.Kernel.Tests.Harness;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Leases;

namespace Coffer.Kernel.Tests.Leases;

/// <summary>A creation that is certain to have made nothing: its lease goes at once, since a revocation would fail for the same reason.</summary>
public sealed class NothingMadeTests
{
    [Theory]
    [InlineData(FailureClass.Transient, 400)]
    [InlineData(FailureClass.Throttled, 502)]
    [InlineData(FailureClass.NeedsOperator, 400)]
    [InlineData(FailureClass.Invalid, 400)]
    public async Task The_lease_is_removed_without_a_revocation_and_the_mount_can_be_disabled(FailureClass failure, int status)
    {
        await using var harness = await KernelHarness.StartAsync();
        harness.World.Fault = (operation, _) => operation == "create" ? Nothing(failure) : new EngineException(FailureClass.NeedsOperator, "a wrong key");

        Assert.Contains("nothing was made", (await harness.WriteAsync("fake/creds/a")).Is(status).Body, StringComparison.Ordinal);

        Assert.Empty(await harness.LeasesAsync());
        Assert.Equal(0, harness.World.CallsOf("revoke"));
        Assert.Empty((await harness.ReadAsync("sys/leases/attention")).Ok().Data["leases"]!.AsArray());
        await harness.AssertConsistentAsync();
        (await harness.SendAsync(Operation.Delete, "sys/mounts/fake", null)).Is(204);
    }

    [Fact]
    public async Task A_revocation_that_failed_while_nothing_was_being_made_leaves_no_lease_behind()
    {
        await using var harness = await KernelHarness.StartAsync();
        var held = new TaskCompletionSource();
        harness.World.During = operation => operation == "create" ? held.Task : Task.CompletedTask;
        harness.World.Fault = (operation, _) => operation == "create" ? Nothing(FailureClass.NeedsOperator) : new EngineException(FailureClass.NeedsOperator, "a wrong key");
        var asked = harness.WriteAsync("fake/creds/a");
        await harness.IdleAsync();
        Assert.Equal(1, harness.World.CallsOf("create"));
        var lease = Assert.Single(await harness.LeasesAsync());
        (await harness.WriteAsync("sys/leases/revoke", $$"""{"lease_id":"{{lease}}"}""")).Is(400);
        Assert.Single((await harness.ReadAsync("sys/leases/attention")).Ok().Data["leases"]!.AsArray());

        held.SetResult();

        (await asked).Is(400);
        Assert.Empty(await harness.LeasesAsync());
        Assert.Empty((await harness.ReadAsync("sys/leases/attention")).Ok().Data["leases"]!.AsArray());
    }

    [Fact]
    public async Task A_revocation_that_failed_while_a_secret_was_being_made_leaves_no_lease_behind_either()
    {
        await using var harness = await KernelHarness.StartAsync();
        var held = new TaskCompletionSource();
        harness.World.During = operation => operation == "create" ? held.Task : Task.CompletedTask;
        harness.World.FailAll("revoke", FailureClass.NeedsOperator);
        var asked = harness.WriteAsync("fake/creds/a");
        await harness.IdleAsync();
        var lease = Assert.Single(await harness.LeasesAsync());
        (await harness.WriteAsync("sys/leases/revoke", $$"""{"lease_id":"{{lease}}"}""")).Is(400);
        Assert.Single(await harness.KeysAsync("lease/attention/"));
        harness.World.Heal();

        held.SetResult();

        Assert.Contains("was revoked while its secret was being made", (await asked).Is(400).Body, StringComparison.Ordinal);
        Assert.Empty(harness.World.Secrets);
        Assert.Empty(await harness.LeasesAsync());
        Assert.Empty(await harness.KeysAsync("lease/attention/"));
    }

    [Fact]
    public async Task An_engine_that_also_reports_a_call_without_an_answer_is_asked_to_revoke()
    {
        await using var harness = await KernelHarness.StartAsync();
        harness.World.Fault = (operation, _) =>
            operation == "create" ? new EngineException(FailureClass.NeedsOperator, "a contradiction") { NothingMade = true, Unsettled = true } : null;

        (await harness.WriteAsync("fake/creds/a")).Is(400);

        Assert.Single(await harness.LeasesAsync());
        Assert.Equal(1, harness.World.CallsOf("revoke"));
    }

    private static EngineException Nothing(FailureClass failure) => new(failure, "nothing was made") { NothingMade = true, Unsettled = false };
}
