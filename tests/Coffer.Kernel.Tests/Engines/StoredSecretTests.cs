using Coffer.Kernel.Tests.Harness;
using Coffer.Sdk.Engines;
using Coffer.Storage;

namespace Coffer.Kernel.Tests.Engines;

public sealed class StoredSecretTests
{
    [Fact]
    public async Task A_secret_of_the_store_comes_with_a_lease_that_is_active_at_once()
    {
        await using var harness = await StartAsync();
        var given = (await harness.WriteAsync("otp/creds", """{"ttl":"5m"}""")).Ok();
        Assert.Equal(300, (int)given.Json["lease_duration"]!);
        Assert.True((bool)given.Json["renewable"]!);
        Assert.Equal(given.LeaseId, Assert.Single(await harness.LeasesAsync()));
        Assert.Equal([(string)given.Data["key"]!], await KnownAsync(harness));

        Assert.Equal(600, (int)(await harness.WriteAsync("sys/leases/renew", $$"""{"lease_id":"{{given.LeaseId}}"}""")).Ok().Json["lease_duration"]!);
    }

    [Fact]
    public async Task Secret_and_lease_are_made_in_one_commit()
    {
        await using var harness = await StartAsync();
        var commits = new List<string[]>();
        harness.Store.BeforeCommit = batch =>
        {
            commits.Add([.. batch.Writes.Select(write => write.Key)]);
            return default;
        };
        (await harness.WriteAsync("otp/creds")).Ok();
        var commit = Assert.Single(commits);
        Assert.Contains(commit, key => key.Contains("/otp/", StringComparison.Ordinal));
        Assert.Contains(commit, key => key.StartsWith("lease/id/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_commit_that_fails_leaves_neither_secret_nor_lease()
    {
        await using var harness = await StartAsync();
        harness.Store.BeforeCommit = _ => throw new StoreUnavailableException("gone");
        (await harness.WriteAsync("otp/creds")).Is(503);
        harness.Store.BeforeCommit = null;
        Assert.Empty(await harness.LeasesAsync());
        Assert.Empty(await KnownAsync(harness));
    }

    [Fact]
    public async Task Revoking_takes_the_secret_out_of_the_store_in_the_commit_that_forgets_the_lease()
    {
        await using var harness = await StartAsync();
        var given = (await harness.WriteAsync("otp/creds")).Ok();
        var last = Array.Empty<string>();
        harness.Store.BeforeCommit = batch =>
        {
            last = [.. batch.Writes.Where(write => write.Value is null).Select(write => write.Key)];
            return default;
        };
        (await harness.WriteAsync("sys/leases/revoke", $$"""{"lease_id":"{{given.LeaseId}}"}""")).Is(204);
        Assert.Contains(last, key => key.EndsWith($"/otp/{given.Data["key"]}", StringComparison.Ordinal));
        Assert.Contains("lease/id/" + given.LeaseId, last);
        Assert.Empty(await KnownAsync(harness));
    }

    [Fact]
    public async Task A_revocation_whose_commit_conflicts_runs_again_and_loses_nothing()
    {
        var engines = new List<OneTimeEngine>();
        await using var harness = await StartAsync(engines.Add);
        var given = (await harness.WriteAsync("otp/creds")).Ok();
        var engine = Assert.Single(engines);
        engine.WhileRevoking = async () =>
        {
            engine.WhileRevoking = () => Task.CompletedTask;
            (await harness.WriteAsync("otp/verify", $$"""{"otp":"{{given.Data["key"]}}"}""")).Is(204);
        };
        (await harness.WriteAsync("sys/leases/revoke", $$"""{"lease_id":"{{given.LeaseId}}"}""")).Is(204);
        Assert.Equal(2, engine.Revocations);
        Assert.Empty(await harness.LeasesAsync());
    }

    [Fact]
    public async Task A_lease_that_ends_by_itself_takes_its_secret_along_and_leaves_a_used_one_alone()
    {
        await using var harness = await StartAsync();
        var used = (await harness.WriteAsync("otp/creds", """{"ttl":"1m"}""")).Ok();
        (await harness.WriteAsync("otp/creds", """{"ttl":"1m"}""")).Ok();
        (await harness.WriteAsync("otp/verify", $$"""{"otp":"{{used.Data["key"]}}"}""")).Is(204);
        await harness.AdvanceUntilAsync(async () => (await harness.LeasesAsync()).Count == 0);
        Assert.Empty(await KnownAsync(harness));
    }

    [Fact]
    public async Task A_mount_that_goes_takes_its_leases_and_secrets_along()
    {
        await using var harness = await StartAsync();
        (await harness.WriteAsync("otp/creds")).Ok();
        (await harness.SendAsync(Operation.Delete, "sys/mounts/otp", null)).Is(204);
        await harness.AdvanceUntilAsync(async () => (await harness.LeasesAsync()).Count == 0);
    }

    [Fact]
    public async Task A_plan_for_another_kind_than_the_engine_declares_fails_and_leaves_no_lease()
    {
        await using var harness = await StartAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => harness.WriteAsync("otp/confused"));
        Assert.Empty(await harness.LeasesAsync());
    }

    private static async Task<KernelHarness> StartAsync(Action<OneTimeEngine>? onMade = null)
    {
        var harness = await KernelHarness.StartAsync(engines: [OneTimeEngine.Type(onMade)]);
        (await harness.WriteAsync("sys/mounts/otp", """{"type":"onetime"}""")).Is(204);
        return harness;
    }

    private static async Task<string[]> KnownAsync(KernelHarness harness)
    {
        var listed = await harness.SendAsync(Operation.List, "otp/known", null);
        return listed.Status == 404 ? [] : [.. listed.Ok().Data["keys"]!.AsArray().Select(key => (string)key!)];
    }
}
