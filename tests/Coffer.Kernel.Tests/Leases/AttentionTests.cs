using Coffer.Kernel.Tests.Harness;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Leases;

namespace Coffer.Kernel.Tests.Leases;

/// <summary>What becomes of a lease whose secret cannot be removed: seen, tried again, forgotten with a trace, never lost.</summary>
public sealed class AttentionTests
{
    [Fact]
    public async Task A_lease_that_waits_for_an_operator_is_listed_until_its_secret_is_gone()
    {
        await using var harness = await KernelHarness.StartAsync();
        var id = await FailedLeaseAsync(harness);
        var since = harness.Clock.GetUtcNow();

        var lease = Assert.Single((await harness.ReadAsync("sys/leases/attention")).Ok().Data["leases"]!.AsArray())!;
        Assert.Equal(id, (string)lease["lease_id"]!);
        Assert.Equal("fake/", (string)lease["mount"]!);
        Assert.Equal("revoke failed as asked", (string)lease["error"]!);
        Assert.Equal("needs-operator", (string)lease["error_class"]!);

        Assert.Equal(1, (int)lease["attempts"]!);
        Assert.NotEmpty((string)lease["remedy"]!);

        // Another try keeps the time at which it began.
        harness.Clock.Advance(TimeSpan.FromMinutes(1));
        (await harness.WriteAsync("sys/leases/retry", $$"""{"lease_id":"{{id}}"}""")).Is(400);
        lease = Assert.Single((await harness.ReadAsync("sys/leases/attention")).Ok().Data["leases"]!.AsArray())!;
        Assert.Equal(since, DateTimeOffset.Parse((string)lease["since"]!, System.Globalization.CultureInfo.InvariantCulture));

        harness.World.Heal();
        (await harness.WriteAsync("sys/leases/retry", $$"""{"lease_id":"{{id}}"}""")).Is(204);
        Assert.Empty((await harness.ReadAsync("sys/leases/attention")).Ok().Data["leases"]!.AsArray());
        Assert.Empty(await harness.KeysAsync("lease/attention/"));
        Assert.Empty(await harness.KeysAsync("lease/tombstone/"));
        Assert.Empty(harness.World.Secrets);
    }

    [Fact]
    public async Task Vaults_list_and_count_show_the_same()
    {
        await using var harness = await KernelHarness.StartAsync();
        var id = await FailedLeaseAsync(harness);

        var listed = await QueryAsync(harness, "sys/leases", """{"type":"irrevocable"}""");
        Assert.Equal(1, (int)listed.Data["lease_count"]!);
        Assert.Equal(id, (string)listed.Data["leases"]![0]!["lease_id"]!);
        var counted = await QueryAsync(harness, "sys/leases/count", """{"type":"irrevocable"}""");
        Assert.Equal(1, (int)counted.Data["lease_count"]!);
        Assert.Equal(1, (int)Assert.Single(counted.Data["counts"]!.AsObject()).Value!);
        Assert.Equal(400, (await harness.SendAsync(Operation.Read, "sys/leases/count", """{"type":"other"}""")).Status);
        Assert.Equal(400, (await harness.SendAsync(Operation.Read, "sys/leases", null)).Status);
    }

    [Fact]
    public async Task The_list_comes_in_pages_of_one_mount_or_all()
    {
        await using var harness = await KernelHarness.StartAsync();
        for (var i = 0; i < 5; i++)
        {
            await FailedLeaseAsync(harness);
        }

        var seen = new List<string>();
        var next = "";
        do
        {
            var page = await QueryAsync(harness, "sys/leases/attention", $$"""{"mount":"fake","limit":"2","after":"{{next}}"}""");
            Assert.InRange(page.Data["leases"]!.AsArray().Count, 1, 2);
            seen.AddRange(page.Data["leases"]!.AsArray().Select(lease => (string)lease!["lease_id"]!));
            next = (string)page.Data["next"]!;
        }
        while (next.Length > 0);

        Assert.Equal(await harness.LeasesAsync(), seen.Order(StringComparer.Ordinal));
        Assert.Equal(400, (await harness.SendAsync(Operation.Read, "sys/leases/attention", """{"mount":"nothing"}""")).Status);
        Assert.Equal(400, (await harness.SendAsync(Operation.Read, "sys/leases/attention", """{"limit":"0"}""")).Status);
        Assert.Equal(400, (await harness.SendAsync(Operation.Read, "sys/leases/attention", """{"limit":"1001"}""")).Status);
    }

    [Fact]
    public async Task A_forgotten_lease_leaves_a_tombstone_with_the_names_of_its_secret()
    {
        await using var harness = await KernelHarness.StartAsync();
        harness.LeaveBroken("a lease is forgotten by force, and its secret stays outside");
        var id = await FailedLeaseAsync(harness);

        (await harness.WriteAsync("sys/leases/forget", $$"""{"lease_id":"{{id}}"}""")).Is(400);
        (await harness.WriteAsync("sys/leases/forget", $$"""{"lease_id":"{{id}}","reason":" "}""")).Is(400);
        Assert.Single(await harness.LeasesAsync());

        (await harness.WriteAsync("sys/leases/forget", $$"""{"lease_id":"{{id}}","reason":"the account is closed"}""")).Is(204);

        Assert.Empty(await harness.LeasesAsync());
        Assert.Empty(await harness.KeysAsync("lease/attention/"));
        var tombstone = Assert.Single((await harness.ReadAsync("sys/leases/tombstones")).Ok().Data["leases"]!.AsArray())!;
        Assert.Equal(id, (string)tombstone["lease_id"]!);
        Assert.Equal(id, (string)tombstone["plan"]!["name"]!);
        Assert.Equal("the account is closed", (string)tombstone["reason"]!);
        Assert.Equal("root", (string)tombstone["by"]!);
        Assert.Equal("revoke failed as asked", (string)tombstone["error"]!);
        Assert.DoesNotContain(await harness.KeysAsync("due/"), key => key.EndsWith(id, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_prefix_forgotten_by_force_leaves_tombstones_only_for_what_stayed_behind()
    {
        await using var harness = await KernelHarness.StartAsync();
        harness.LeaveBroken("a lease is forgotten by force, and its secret stays outside");
        (await harness.WriteAsync("fake/creds/a")).Ok();
        (await harness.WriteAsync("fake/creds/a")).Ok();
        harness.World.Fault = (operation, number) => operation == "revoke" && number == 1 ? new EngineException(FailureClass.NeedsOperator, "denied") : null;

        (await harness.WriteAsync("sys/leases/revoke-force/fake", """{"reason":"gone"}""")).Is(204);

        Assert.Empty(await harness.LeasesAsync());
        var left = Assert.Single(harness.World.Secrets);
        var tombstone = Assert.Single((await harness.ReadAsync("sys/leases/tombstones")).Ok().Data["leases"]!.AsArray())!;
        Assert.Equal(left, (string)tombstone["plan"]!["name"]!);
        Assert.Equal("gone", (string)tombstone["reason"]!);
    }

    [Fact]
    public async Task Tombstones_end_after_ninety_days()
    {
        await using var harness = await KernelHarness.StartAsync();
        harness.LeaveBroken("a lease is forgotten by force, and its secret stays outside");
        await ForgetOneAsync(harness);
        harness.Clock.Advance(TimeSpan.FromDays(89));
        Assert.Single((await harness.ReadAsync("sys/leases/tombstones")).Ok().Data["leases"]!.AsArray());

        harness.Clock.Advance(TimeSpan.FromDays(2));
        Assert.Empty((await harness.ReadAsync("sys/leases/tombstones")).Ok().Data["leases"]!.AsArray());

        await ForgetOneAsync(harness);
        Assert.Single(await harness.KeysAsync("lease/tombstone/"));
    }

    [Fact]
    public async Task What_works_is_not_forgotten_and_nothing_here_goes_without_sudo()
    {
        await using var harness = await KernelHarness.StartAsync();
        var id = (await harness.WriteAsync("fake/creds/a")).Ok().LeaseId;
        (await harness.WriteAsync("sys/leases/forget", $$"""{"lease_id":"{{id}}","reason":"r"}""")).Is(400);
        (await harness.WriteAsync("sys/leases/retry", $$"""{"lease_id":"{{id}}"}""")).Is(400);
        (await harness.WriteAsync("sys/leases/forget", """{"lease_id":"no/such","reason":"r"}""")).Is(400);
        (await harness.WriteAsync("sys/leases/retry", "{}")).Is(400);
        Assert.Single(harness.World.Secrets);

        var token = (await harness.TokenAsync()).ClientToken;
        foreach (var path in (string[])["sys/leases", "sys/leases/count", "sys/leases/attention", "sys/leases/tombstones"])
        {
            (await harness.ReadAsync(path, token)).Is(403);
        }

        (await harness.WriteAsync("sys/leases/forget", $$"""{"lease_id":"{{id}}","reason":"r"}""", token)).Is(403);
        (await harness.WriteAsync("sys/leases/retry", $$"""{"lease_id":"{{id}}"}""", token)).Is(403);
    }

    private static async Task<Answer> QueryAsync(KernelHarness harness, string path, string query) =>
        (await harness.SendAsync(Operation.Read, path, query)).Ok();

    private static async Task<string> FailedLeaseAsync(KernelHarness harness)
    {
        var id = (await harness.WriteAsync("fake/creds/a", """{"ttl":"1h"}""")).Ok().LeaseId;
        harness.World.FailAll("revoke", FailureClass.NeedsOperator);
        (await harness.WriteAsync("sys/leases/revoke", $$"""{"lease_id":"{{id}}"}""")).Is(400);
        return id;
    }

    private static async Task ForgetOneAsync(KernelHarness harness)
    {
        var id = await FailedLeaseAsync(harness);
        (await harness.WriteAsync("sys/leases/forget", $$"""{"lease_id":"{{id}}","reason":"r"}""")).Is(204);
    }
}
