using Coffer.Audit.Tests;
using Coffer.Kernel.Tests.Harness;
using Coffer.Sdk.Engines;
using Coffer.Storage.Sqlite;

namespace Coffer.Kernel.Tests.Seal;

/// <summary>What a server does when its file is taken away, or its disk is full.</summary>
public sealed class StoreConditionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string File => _folder.File("coffer.db");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_store_that_was_removed_is_said_by_health_and_no_write_is_acknowledged()
    {
        await using var harness = await KernelHarness.StartAsync(await SqliteStore.OpenAsync(File, new SqliteStoreOptions(), Cancel));
        (await harness.WriteAsync("fake/items/a", """{"value":"kept"}""")).Is(204);
        (await harness.ReadAsync("sys/health", "")).Is(200);

        System.IO.File.Move(File, File + ".away");

        (await harness.WriteAsync("fake/items/b", """{"value":"lost"}""")).Is(503);
        (await harness.ReadAsync("fake/creds/a")).Is(503);
        Assert.Equal(0, harness.World.CallsOf("create"));
        Assert.Contains("removed", (await harness.ReadAsync("sys/health", "")).Is(503).Body, StringComparison.Ordinal);
        System.IO.File.Move(File + ".away", File);
        (await harness.WriteAsync("fake/items/b", """{"value":"kept"}""")).Is(204);
        (await harness.ReadAsync("sys/health", "")).Is(200);
    }

    [Fact]
    public async Task On_a_full_disk_no_lease_is_made_health_says_so_and_leases_tokens_and_values_still_go()
    {
        await using var harness = await KernelHarness.StartAsync(await SqliteStore.OpenAsync(File, new SqliteStoreOptions { FileBytesMax = 1024 * 1024 }, Cancel));
        var leases = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            leases.Add((string)(await harness.WriteAsync("fake/creds/a", """{"ttl":"1h"}""")).Ok().Json["lease_id"]!);
        }

        (await harness.WriteAsync("fake/creds/a", """{"ttl":"2m"}""")).Ok();
        var token = (await harness.TokenAsync()).ClientToken;
        var filler = new string('x', 3000);
        var written = 0;
        while ((await harness.WriteAsync($"fake/items/{written:D4}", $$"""{"value":"{{filler}}"}""")).Status == 204)
        {
            Assert.True(++written < 1000);
        }

        var made = harness.World.CallsOf("create");
        (await harness.ReadAsync("fake/creds/a")).Is(503);
        Assert.Equal(made, harness.World.CallsOf("create"));
        Assert.Contains("full", (await harness.ReadAsync("sys/health", "")).Is(503).Body, StringComparison.Ordinal);

        foreach (var lease in leases)
        {
            (await harness.WriteAsync("sys/leases/revoke", $$"""{"lease_id":"{{lease}}"}""")).Is(204);
            Assert.DoesNotContain(lease, harness.World.Secrets);
        }

        (await harness.WriteAsync("auth/token/revoke", $$"""{"token":"{{token}}"}""")).Is(204);
        (await harness.ReadAsync("auth/token/lookup-self", token)).Is(403);

        // What comes due by itself ends as well.
        await harness.AdvanceUntilAsync(async () => (await harness.LeasesAsync()).Count == 0);
        for (var i = 0; i < written; i++)
        {
            (await harness.SendAsync(Operation.Delete, $"fake/items/{i:D4}", null)).Is(204);
        }

        (await harness.WriteAsync("fake/items/after", """{"value":"x"}""")).Is(204);
        (await harness.ReadAsync("sys/health", "")).Is(200);
    }
}
