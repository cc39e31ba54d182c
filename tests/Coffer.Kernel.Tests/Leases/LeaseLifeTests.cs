using Coffer.Kernel.Tests.Harness;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Leases;
using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.Tests.Leases;

public sealed class LeaseLifeTests
{
    [Fact]
    public async Task A_secret_has_its_lease_before_it_exists_and_loses_it_after()
    {
        await using var harness = await KernelHarness.StartAsync();
        IReadOnlyList<string> during = [];
        harness.World.During = async _ => during = await harness.LeasesAsync();

        var made = (await harness.WriteAsync("fake/creds/a", """{"ttl":"1h"}""")).Ok();
        Assert.Equal([made.LeaseId], during);
        Assert.Equal(3600, (int)made.Json["lease_duration"]!);
        Assert.Equal([made.LeaseId], harness.World.Secrets);
        await harness.AssertConsistentAsync();

        during = [];
        (await harness.WriteAsync("sys/leases/revoke", $$"""{"lease_id":"{{made.LeaseId}}"}""")).Is(204);
        Assert.Equal([made.LeaseId], during);
        Assert.Empty(harness.World.Secrets);
        Assert.Empty(await harness.LeasesAsync());
    }

    [Fact]
    public async Task A_lease_ends_by_itself_at_its_time_and_not_before()
    {
        await using var harness = await KernelHarness.StartAsync();
        (await harness.WriteAsync("fake/creds/a", """{"ttl":"10s"}""")).Ok();

        await harness.AdvanceAsync(TimeSpan.FromSeconds(9.999));
        Assert.Single(harness.World.Secrets);

        await harness.AdvanceAsync(TimeSpan.FromSeconds(0.001));
        Assert.Empty(harness.World.Secrets);
        Assert.Empty(await harness.LeasesAsync());
    }

    [Fact]
    public async Task A_renewed_lease_ends_at_its_new_time()
    {
        await using var harness = await KernelHarness.StartAsync();
        var made = (await harness.WriteAsync("fake/creds/a", """{"ttl":"10s"}""")).Ok();
        harness.Clock.Advance(TimeSpan.FromSeconds(8));
        var renewed = (await harness.WriteAsync("sys/leases/renew", $$"""{"lease_id":"{{made.LeaseId}}","increment":"60s"}""")).Ok();
        Assert.Equal(60, (int)renewed.Json["lease_duration"]!);
        await harness.AssertConsistentAsync();

        await harness.AdvanceAsync(TimeSpan.FromSeconds(59.999));
        Assert.Single(harness.World.Secrets);
        await harness.AdvanceAsync(TimeSpan.FromSeconds(0.001));
        Assert.Empty(harness.World.Secrets);
    }

    [Fact]
    public async Task The_end_of_a_renewed_lease_is_no_later_than_its_tokens_known_end()
    {
        await using var harness = await KernelHarness.StartAsync();
        var token = await harness.TokenAsync("""{"ttl":"1h","renewable":false}""");
        var made = (await harness.WriteAsync("fake/creds/a", """{"ttl":"10m"}""", token.ClientToken)).Ok();

        var renewed = (await harness.WriteAsync("sys/leases/renew", $$"""{"lease_id":"{{made.LeaseId}}","increment":"5h"}""")).Ok();

        Assert.Equal(3600, (int)renewed.Json["lease_duration"]!);
        Assert.Single(renewed.Json["warnings"]!.AsArray());
    }

    [Fact]
    public async Task Thousands_of_leases_due_at_once_all_end()
    {
        await using var harness = await KernelHarness.StartAsync();
        const int Count = 3000;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Count),
            TestContext.Current.CancellationToken,
            async (_, _) => (await harness.WriteAsync("fake/creds/a", """{"ttl":"10s"}""")).Ok());
        Assert.Equal(Count, harness.World.Secrets.Count);
        Assert.Equal(Count, (await harness.LeasesAsync()).Count);

        harness.Clock.Advance(TimeSpan.FromSeconds(10));
        await harness.IdleAsync();
        Assert.Empty(harness.World.Secrets);
        Assert.Empty(await harness.LeasesAsync());

        Assert.Equal(Count, harness.World.CallsOf("revoke"));
    }

    [Fact]
    public async Task Revoking_a_prefix_takes_a_and_leaves_ab()
    {
        await using var harness = await KernelHarness.StartAsync();
        (await harness.WriteAsync("fake/creds/a")).Ok();
        (await harness.WriteAsync("fake/creds/a")).Ok();
        var other = (await harness.WriteAsync("fake/creds/ab")).Ok();

        (await harness.WriteAsync("sys/leases/revoke-prefix/fake/creds/a")).Is(204);

        Assert.Equal([other.LeaseId], harness.World.Secrets);
        await harness.AssertConsistentAsync();
        (await harness.WriteAsync("sys/leases/revoke-prefix/fake/cred")).Is(204);
        Assert.Single(harness.World.Secrets);
        (await harness.WriteAsync("sys/leases/revoke-prefix/fake")).Is(204);
        Assert.Empty(harness.World.Secrets);
    }

    [Theory]
    [InlineData("sys/leases/revoke-prefix/")]
    [InlineData("sys/leases/revoke-force/")]
    [InlineData("sys/revoke-prefix/")]
    [InlineData("sys/revoke-force/")]
    public async Task A_prefix_that_is_the_id_of_a_lease_revokes_this_lease_and_no_other(string path)
    {
        await using var harness = await KernelHarness.StartAsync();
        var named = (await harness.WriteAsync("fake/creds/a")).Ok();
        var other = (await harness.WriteAsync("fake/creds/a")).Ok();
        var token = await harness.TokenAsync();

        (await harness.WriteAsync(path + named.LeaseId)).Is(204);
        Assert.Equal([other.LeaseId], harness.World.Secrets);
        (await harness.WriteAsync("sys/leases/lookup", $$"""{"lease_id":"{{named.LeaseId}}"}""")).Is(400);

        var ofToken = (await harness.SendAsync(Operation.List, "sys/leases/lookup/auth/token/create", null)).Ok();
        (await harness.WriteAsync($"{path}auth/token/create/{(string)Assert.Single(ofToken.Data["keys"]!.AsArray())!}")).Is(204);
        (await harness.ReadAsync("auth/token/lookup-self", token.ClientToken)).Is(403);
        await harness.AssertConsistentAsync();
    }

    [Fact]
    public async Task The_id_of_a_lease_from_before_its_mount_moved_and_that_of_today_are_both_prefixes()
    {
        await using var harness = await KernelHarness.StartAsync();
        var first = (await harness.WriteAsync("fake/creds/a")).Ok();
        var second = (await harness.WriteAsync("fake/creds/a")).Ok();
        (await harness.WriteAsync("sys/remount", """{"from":"fake","to":"moved"}""")).Ok();
        await harness.IdleAsync();

        (await harness.WriteAsync("sys/leases/revoke-prefix/" + first.LeaseId)).Is(204);
        (await harness.WriteAsync("sys/leases/revoke-prefix/moved" + second.LeaseId["fake".Length..])).Is(204);

        Assert.Empty(harness.World.Secrets);
    }

    [Fact]
    public async Task Revoking_no_prefix_revokes_nothing()
    {
        await using var harness = await KernelHarness.StartAsync();
        (await harness.WriteAsync("fake/creds/a")).Ok();

        Assert.InRange((await harness.WriteAsync("sys/leases/revoke-prefix")).Status, 400, 499);
        Assert.InRange((await harness.WriteAsync("sys/leases/revoke-force")).Status, 400, 499);
        Assert.InRange((await harness.WriteAsync("sys/leases/revoke", """{"lease_id":""}""")).Status, 400, 499);

        Assert.Single(harness.World.Secrets);
    }

    [Fact]
    public async Task Leases_end_with_their_token()
    {
        await using var harness = await KernelHarness.StartAsync();
        var token = await harness.TokenAsync("""{"ttl":"1h"}""");
        var child = await harness.TokenAsync("""{"ttl":"1h"}""", token.ClientToken);
        (await harness.WriteAsync("fake/creds/a", null, token.ClientToken)).Ok();
        (await harness.WriteAsync("fake/creds/a", null, child.ClientToken)).Ok();
        var others = (await harness.WriteAsync("fake/creds/a")).Ok();

        (await harness.WriteAsync("auth/token/revoke-accessor", $$"""{"accessor":"{{token.Accessor}}"}""")).Is(204);

        await harness.IdleAsync();
        Assert.Single(harness.World.Secrets);
        Assert.Single(await harness.LeasesAsync());
        Assert.Equal([others.LeaseId], harness.World.Secrets);
    }

    [Fact]
    public async Task A_batch_tokens_leases_end_with_its_parent()
    {
        await using var harness = await KernelHarness.StartAsync();
        var parent = await harness.TokenAsync("""{"ttl":"1h"}""");
        var batch = await harness.TokenAsync("""{"type":"batch","ttl":"30m"}""", parent.ClientToken);
        (await harness.WriteAsync("fake/creds/a", null, batch.ClientToken)).Ok();

        (await harness.WriteAsync("auth/token/revoke-accessor", $$"""{"accessor":"{{parent.Accessor}}"}""")).Is(204);

        await harness.IdleAsync();
        Assert.Empty(harness.World.Secrets);
        (await harness.ReadAsync("auth/token/lookup-self", batch.ClientToken)).Is(403);
    }

    [Fact]
    public async Task CVE_2026_42186_a_mount_that_is_disabled_takes_its_leases_and_entries_along()
    {
        await using var harness = await KernelHarness.StartAsync();
        (await harness.WriteAsync("fake/items/x", """{"value":"v"}""")).Ok();
        (await harness.WriteAsync("fake/creds/a")).Ok();

        (await harness.SendAsync(Operation.Delete, "sys/mounts/fake", null)).Is(204);

        Assert.Empty(harness.World.Secrets);
        Assert.Empty(await harness.KeysAsync("logical/"));
        await harness.AssertConsistentAsync();
        (await harness.WriteAsync("fake/creds/a")).Is(404);
    }

    [Fact]
    public async Task A_mount_that_was_moved_takes_its_own_leases_along_and_nobody_elses()
    {
        await using var harness = await KernelHarness.StartAsync();
        (await harness.WriteAsync("fake/creds/a")).Ok();
        (await harness.WriteAsync("sys/remount", """{"from":"fake","to":"moved"}""")).Ok();
        (await harness.WriteAsync("sys/mounts/fake", """{"type":"fake"}""")).Ok();
        var successors = (await harness.WriteAsync("fake/creds/a")).Ok();

        (await harness.SendAsync(Operation.Delete, "sys/mounts/moved", null)).Is(204);

        Assert.Equal([successors.LeaseId], harness.World.Secrets);
        Assert.Equal([successors.LeaseId], await harness.LeasesAsync());
    }

    [Fact]
    public async Task A_mount_that_is_disabled_leaves_the_leases_of_one_that_stood_there_before()
    {
        await using var harness = await KernelHarness.StartAsync();
        var moved = (await harness.WriteAsync("fake/creds/a")).Ok();
        (await harness.WriteAsync("sys/remount", """{"from":"fake","to":"moved"}""")).Ok();
        (await harness.WriteAsync("sys/mounts/fake", """{"type":"fake"}""")).Ok();

        (await harness.SendAsync(Operation.Delete, "sys/mounts/fake", null)).Is(204);

        Assert.Equal([moved.LeaseId], harness.World.Secrets);
    }

    [Fact]
    public async Task A_mount_stays_when_a_lease_of_it_cannot_be_revoked()
    {
        await using var harness = await KernelHarness.StartAsync();
        (await harness.WriteAsync("fake/creds/a")).Ok();
        harness.World.FailAll("revoke", FailureClass.NeedsOperator);

        (await harness.SendAsync(Operation.Delete, "sys/mounts/fake", null)).Is(400);
        Assert.Single(harness.World.Secrets);
        Assert.Single(await harness.LeasesAsync());

        harness.World.Heal();
        (await harness.SendAsync(Operation.Delete, "sys/mounts/fake", null)).Is(204);
        Assert.Empty(harness.World.Secrets);
    }

    [Fact]
    public async Task A_revocation_that_fails_is_told_to_the_log_without_the_leases_path_or_the_outside_systems_words()
    {
        await using var harness = await KernelHarness.StartAsync();
        (await harness.WriteAsync("fake/creds/a")).Ok();
        harness.World.FailAll("revoke", FailureClass.NeedsOperator);

        (await harness.SendAsync(Operation.Delete, "sys/mounts/fake", null)).Is(400);

        var line = Assert.Single(harness.Events, line => line.Text == "a lease could not be revoked");
        Assert.Equal(LogLevel.Error, line.Level);
        Assert.Equal("NeedsOperator", line.Fields["failure"]);
        Assert.DoesNotContain(line.Fields, field => field.Value.Contains("creds/a", StringComparison.Ordinal) || field.Value.Contains("as asked", StringComparison.Ordinal));
    }
}
