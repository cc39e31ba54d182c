using Coffer.Audit.Tests;
using Coffer.Kernel.Tests.Harness;
using Coffer.Sdk.Engines;
using Coffer.Storage.Sqlite;

namespace Coffer.Kernel.Tests.Seal;

/// <summary>A server that is started on an older copy of its store.</summary>
public sealed class QuarantineTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private SqliteStore? _store;

    private string File => _folder.File("coffer.db");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _store = await SqliteStore.OpenAsync(File, new SqliteStoreOptions(), Cancel);

    public async ValueTask DisposeAsync()
    {
        await _store!.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_older_copy_revokes_and_accepts_nothing_until_it_is_released()
    {
        var (harness, lease, revoked) = await RestoredAsync();
        await using var server = harness;

        // In the copy the lease is past its end; it had been renewed since.
        harness.Clock.Advance(TimeSpan.FromMinutes(40));
        await harness.UnsealAsync();
        for (var i = 0; i < 20; i++)
        {
            harness.Clock.Advance(TimeSpan.FromMinutes(1));
            (await harness.ReadAsync("sys/health", "")).Is(503);
        }

        Assert.Contains(lease, harness.World.Secrets);
        Assert.Equal(0, harness.World.CallsOf("revoke"));
        var health = (await harness.ReadAsync("sys/health", "")).Is(503);
        Assert.False((bool)health.Json["sealed"]!);
        Assert.Contains("older copy", (string)health.Json["warnings"]![0]!, StringComparison.Ordinal);
        Assert.Equal(200, (await harness.SendAsync(Operation.Read, "sys/health", """{"degradedcode":"200"}""", "")).Status);

        // The token was revoked after the copy was made.
        (await harness.ReadAsync("auth/token/lookup-self", revoked)).Is(503);
        (await harness.ReadAsync("fake/items/x")).Is(503);
        (await harness.ReadAsync("fake/creds/a")).Is(503);
        (await harness.ReadAsync("sys/quarantine", revoked)).Is(403);
        var list = (await harness.ReadAsync("sys/quarantine")).Ok().Data;
        Assert.True((bool)list["active"]!);
        Assert.Equal(lease, (string?)list["leases_due"]![0]!["lease_id"]);
        Assert.True((long)list["commits_missing"]! > 0);

        (await harness.WriteAsync("sys/quarantine/release", null, revoked)).Is(403);
        (await harness.WriteAsync("sys/quarantine/release")).Is(204);

        (await harness.ReadAsync("sys/health", "")).Is(200);
        await harness.AdvanceUntilAsync(() => !harness.World.Secrets.Contains(lease));
        (await harness.WriteAsync("sys/quarantine/release")).Is(400);
    }

    [Fact]
    public async Task Every_path_but_those_an_operator_needs_is_refused_in_quarantine()
    {
        var (harness, _, _) = await RestoredAsync();
        await using var server = harness;
        await harness.UnsealAsync();
        string[] open = ["sys/quarantine", "sys/clock", "sys/health", "sys/seal-status", "sys/init", "sys/leader"];

        var tried = 0;
        foreach (var path in SealTests.EveryReadablePath())
        {
            var answer = await harness.ReadAsync(path);
            Assert.True(open.Contains(path) ? answer.Status != 503 || path == "sys/health" : answer.Status == 503, $"{path}: {answer}");
            tried++;
        }

        Assert.True(tried > 50, $"only {tried}");
    }

    [Fact]
    public async Task Quarantine_outlives_a_seal_and_a_restart_and_a_release_outlives_them_too()
    {
        var (harness, _, _) = await RestoredAsync();
        await using var server = harness;
        await harness.UnsealAsync();
        (await harness.WriteAsync("sys/seal")).Is(204);
        await harness.UnsealAsync();
        (await harness.ReadAsync("fake/items/x")).Is(503);
        await ReopenAsync(harness);
        (await harness.ReadAsync("fake/items/x")).Is(503);

        (await harness.WriteAsync("sys/quarantine/release")).Is(204);

        (await harness.ReadAsync("fake/items/x")).Is(404);
        await ReopenAsync(harness);
        (await harness.ReadAsync("fake/items/x")).Is(404);
    }

    /// <summary>A server whose file is, since a copy was made, a lease renewed and a token revoked, that copy again. Sealed.</summary>
    private async Task<(KernelHarness Harness, string Lease, string Revoked)> RestoredAsync()
    {
        var harness = await KernelHarness.StartAsync(_store);
        var lease = (string)(await harness.WriteAsync("fake/creds/a", """{"ttl":"30m"}""")).Ok().Json["lease_id"]!;
        var token = (await harness.TokenAsync()).ClientToken;
        await harness.SealAsync();
        await CloseAsync(harness);
        System.IO.File.Copy(File, File + ".backup");

        await ReopenAsync(harness);
        (await harness.WriteAsync("sys/leases/renew", $$"""{"lease_id":"{{lease}}","increment":"2h"}""")).Ok();
        (await harness.WriteAsync("auth/token/revoke", $$"""{"token":"{{token}}"}""")).Ok();
        (await harness.ReadAsync("auth/token/lookup-self", token)).Is(403);
        await harness.SealAsync();
        await CloseAsync(harness);
        System.IO.File.Copy(File + ".backup", File, overwrite: true);
        await OpenAsync(harness);
        await harness.RestartSealedAsync();
        return (harness, lease, token);
    }

    private async Task ReopenAsync(KernelHarness harness)
    {
        await harness.SealAsync();
        await CloseAsync(harness);
        await OpenAsync(harness);
        await harness.RestartAsync();
    }

    private static async Task CloseAsync(KernelHarness harness) => await harness.Memory.DisposeAsync();

    private async Task OpenAsync(KernelHarness harness)
    {
        _store = await SqliteStore.OpenAsync(File, new SqliteStoreOptions { Clock = harness.Clock }, Cancel);
        harness.Memory = _store;
    }
}
