using Coffer.Kernel.Tests.Harness;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Leases;

namespace Coffer.Kernel.Tests.Leases;

/// <summary>An outside system that hangs holds up what it has to carry out itself, and nothing else; and that is said.</summary>
public sealed class HangingMountTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LateMax = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Leases_of_other_mounts_end_in_time_while_a_hundred_hang_at_one()
    {
        await using var harness = await StartAsync(hanging: 100);

        // Through the first attempts, their deadlines and the attempts after those.
        for (var i = 0; i < 20; i++)
        {
            await AssertEndsInTimeAsync(harness);
            harness.Clock.Advance(TimeSpan.FromSeconds(7));
        }

        Assert.Equal(100, harness.World.Secrets.Count);
        await HealAsync(harness);
    }

    [Fact]
    public async Task So_they_do_behind_more_than_a_mount_has_room_for_and_in_the_end_all_are_ended()
    {
        const int Hanging = 2 * (Limits.LeasesPerPass + Limits.RevocationsPerMount);
        await using var harness = await StartAsync(Hanging);

        for (var i = 0; i < 4; i++)
        {
            await AssertEndsInTimeAsync(harness);
        }

        Assert.Equal(Hanging, harness.World.Secrets.Count);
        var late = Assert.Single((await harness.ReadAsync("sys/leases/attention")).Ok().Data["late"]!.AsArray())!;
        Assert.True((bool)late["more"]!);
        await HealAsync(harness);
    }

    [Fact]
    public async Task Lateness_is_said_in_the_list_the_metrics_and_the_log_and_so_is_its_end()
    {
        await using var harness = await StartAsync(hanging: 20);
        await harness.AdvanceUntilAsync(() => Lines(harness, "leases are ended late") > 0);

        var mount = (string)(await harness.ReadAsync("sys/mounts")).Ok().Data["hung/"]!["uuid"]!;
        var late = Assert.Single((await harness.ReadAsync("sys/leases/attention")).Ok().Data["late"]!.AsArray())!;
        Assert.Equal("hung/", (string)late["mount"]!);
        Assert.Equal(20, (int)late["leases"]!);
        Assert.Equal(Limits.RevocationsPerMount, (int)late["in_flight"]!);
        Assert.InRange((int)late["late_seconds"]!, 10, 30);
        Assert.False((bool)late["more"]!);
        Assert.Contains(harness.Events, line => line.Text == "leases are ended late" && line.Fields.Any(field => field.Value == mount));
        var metrics = (await harness.ReadAsync("sys/metrics")).Ok().Json["Gauges"]!.AsArray().ToDictionary(gauge => (string)gauge!["Name"]!, gauge => (double)gauge!["Value"]!);
        Assert.Equal((20, 1), (metrics["vault.expire.late_leases"], metrics["vault.expire.late_mounts"]));
        Assert.InRange(metrics["vault.expire.late_seconds"], 10, 30);
        Assert.Empty((await harness.SendAsync(Operation.Read, "sys/leases/attention", """{"mount":"fake"}""")).Ok().Data["late"]!.AsArray());

        // Attempts that met their deadline are on the list, one by one, although they are tried again by themselves.
        await harness.AdvanceUntilAsync(
            async () => (await harness.ReadAsync("sys/leases/attention")).Ok().Data["leases"]!.AsArray().Count > 0);
        var listed = (await harness.ReadAsync("sys/leases/attention")).Ok().Data["leases"]![0]!;
        Assert.Contains("did not answer within 60 s", (string)listed["error"]!, StringComparison.Ordinal);
        Assert.Equal("transient", (string)listed["error_class"]!);

        await HealAsync(harness);
        await harness.AdvanceUntilAsync(() => Lines(harness, "leases are ended in time again") == 1);
        var after = (await harness.ReadAsync("sys/leases/attention")).Ok().Data;
        Assert.Empty(after["late"]!.AsArray());
        Assert.Empty(after["leases"]!.AsArray());
    }

    [Fact]
    public async Task Revocations_of_many_leases_at_one_mount_do_not_wait_for_those_at_another()
    {
        await using var harness = await StartAsync(hanging: 3, ttl: "1h");
        var healthy = (await harness.WriteAsync("fake/creds/a", """{"ttl":"1h"}""")).Ok().LeaseId;
        for (var i = 0; i < 2 * Limits.JobsPerMount; i++)
        {
            (await harness.WriteAsync("sys/leases/revoke-prefix/hung/creds", """{"wait":"0s"}""")).Is(202);
        }

        // The clock does not move, so no deadline helps.
        (await harness.WriteAsync("sys/leases/revoke-prefix/fake/creds")).Is(204);

        Assert.DoesNotContain(healthy, harness.World.Secrets);
        Assert.Equal(3, harness.World.Secrets.Count);
        await HealAsync(harness);
    }

    [Fact]
    public async Task A_revocation_across_mounts_ends_the_others_while_one_hangs()
    {
        await using var harness = await StartAsync(hanging: 0);
        var entity = (string)(await harness.WriteAsync("identity/entity", """{"name":"kim"}""")).Ok().Data["id"]!;
        (await harness.WriteAsync("sys/auth/people", """{"type":"fakelogin"}""")).Ok();
        var accessor = (string)(await harness.ReadAsync("sys/auth")).Ok().Data["people/"]!["accessor"]!;
        (await harness.WriteAsync("identity/entity-alias", $$"""{"name":"kim","mount_accessor":"{{accessor}}","canonical_id":"{{entity}}"}""")).Ok();
        (await harness.WriteAsync("sys/policies/acl/own", """{"policy":"path \"*\" { capabilities = [\"create\",\"read\",\"update\",\"sudo\"] }"}""")).Ok();
        var token = (await harness.WriteAsync("auth/people/login", """{"name":"kim","policies":"own"}""", "")).Ok().ClientToken;
        for (var i = 0; i < 2 * Limits.RevocationsPerMount; i++)
        {
            (await harness.SendAsync(Operation.Update, "hung/creds/a", """{"ttl":"1h"}""", token, headers: ("x-coffer-lease-owner", "entity"))).Ok();
        }

        (await harness.SendAsync(Operation.Update, "sys/mounts/zz", """{"type":"fake"}""")).Ok();
        (await harness.SendAsync(Operation.Update, "zz/creds/a", """{"ttl":"1h"}""", token, headers: ("x-coffer-lease-owner", "entity"))).Ok();

        var deleting = harness.SendAsync(Operation.Delete, $"identity/entity/id/{entity}", null);

        await harness.IdleAsync();
        Assert.True(harness.World.Secrets.All(name => name.StartsWith("hung/", StringComparison.Ordinal)));
        harness.World.Hangs = (_, _) => false;
        await harness.AdvanceUntilAsync(() => deleting.IsCompleted && harness.World.Secrets.Count == 0);
    }

    [Fact]
    public async Task A_rotation_that_hangs_holds_up_no_other()
    {
        await using var harness = await StartAsync(hanging: 0);
        harness.World.FailAll("remove", FailureClass.Transient);
        (await harness.WriteAsync("fake/rotate")).Is(200);
        (await harness.WriteAsync("hung/rotate")).Is(200);
        harness.World.Heal();

        // Exactly one of the two, whichever comes first.
        var calls = 0;
        harness.World.Hangs = (operation, _) => operation == "remove" && Interlocked.Increment(ref calls) == 1;

        await harness.AdvanceUntilAsync(async () => (await harness.KeysAsync("task/id/")).Count == 1);
    }

    /// <summary>Leases of <c>hung/</c> that run out together, and whose removal is never answered.</summary>
    private static async Task<KernelHarness> StartAsync(int hanging, string ttl = "5s")
    {
        var harness = await KernelHarness.StartAsync();
        (await harness.WriteAsync("sys/mounts/hung", """{"type":"fake"}""")).Ok();
        harness.World.Hangs = (operation, name) => operation == "revoke" && name.StartsWith("hung/", StringComparison.Ordinal);
        for (var i = 0; i < hanging; i++)
        {
            (await harness.WriteAsync("hung/creds/a", $$"""{"ttl":"{{ttl}}"}""")).Ok();
        }

        return harness;
    }

    /// <summary>A lease of another mount is gone no later than it may be.</summary>
    private static async Task AssertEndsInTimeAsync(KernelHarness harness)
    {
        var lease = (await harness.WriteAsync("fake/creds/a", """{"ttl":"5s"}""")).Ok().LeaseId;
        var end = harness.Clock.GetUtcNow().AddSeconds(5);
        await harness.AdvanceUntilAsync(() => !harness.World.Secrets.Contains(lease));
        Assert.InRange(harness.Clock.GetUtcNow(), end, end + LateMax);
    }

    private static async Task HealAsync(KernelHarness harness)
    {
        harness.World.Hangs = (_, _) => false;
        await harness.AdvanceUntilAsync(() => harness.World.Secrets.Count == 0);
        await harness.AdvanceUntilAsync(async () => (await harness.LeasesAsync()).Count == 0);
    }

    private static int Lines(KernelHarness harness, string what) => harness.Events.Count(line => line.Text == what);
}
