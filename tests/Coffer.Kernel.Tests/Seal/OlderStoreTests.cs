using System.Text.Json.Nodes;
using Coffer.Kernel.Tests.Harness;

namespace Coffer.Kernel.Tests.Seal;

/// <summary>A store that an older version made gets what it lacks when it is unsealed.</summary>
public sealed class OlderStoreTests
{
    [Fact]
    public async Task A_built_in_mount_that_the_table_lacks_is_added_once_and_the_others_stay_as_they_are()
    {
        await using var harness = await WithTableAsync(mounts => mounts.Where(mount => (string)mount!["path"]! != "identity/"));
        (await harness.WriteAsync("identity/entity", """{"name":"kim"}""")).Is(404);
        var before = await ListAsync(harness);
        Assert.DoesNotContain("identity/", before.Keys);

        await harness.RestartAsync();

        (await harness.WriteAsync("identity/entity", """{"name":"kim"}""")).Ok();
        var after = await ListAsync(harness);
        Assert.Equal(before, after.Where(mount => mount.Key != "identity/"));
        await harness.RestartAsync();
        Assert.Equal(after, await ListAsync(harness));
    }

    [Fact]
    public async Task A_server_does_not_open_a_store_that_has_another_engine_in_the_place_of_its_own()
    {
        await using var harness = await WithTableAsync(mounts => mounts.Select(mount =>
        {
            if ((string)mount!["path"]! == "identity/")
            {
                mount["type"] = "fake";
            }

            return mount;
        }));
        await harness.RestartSealedAsync();

        await Assert.ThrowsAsync<InvalidDataException>(() => harness.UnsealAsync());

        Assert.True(harness.Kernel.IsSealed);
    }

    /// <summary>A server that runs on a mount table that was changed behind its back.</summary>
    private static async Task<KernelHarness> WithTableAsync(Func<JsonArray, IEnumerable<JsonNode?>> change)
    {
        var harness = await KernelHarness.StartAsync();
        harness.RawStorage = true;
        await harness.RestartAsync();
        var table = JsonNode.Parse((string)(await harness.ReadAsync("sys/raw/core/mounts")).Ok().Data["value"]!)!;
        table["mounts"] = new JsonArray([.. change(table["mounts"]!.AsArray()).Select(mount => mount!.DeepClone())]);
        (await harness.WriteAsync("sys/raw/core/mounts", new JsonObject { ["value"] = table.ToJsonString() }.ToJsonString())).Ok();
        return harness;
    }

    private static async Task<SortedDictionary<string, string>> ListAsync(KernelHarness harness) => new(
        (await harness.ReadAsync("sys/mounts")).Ok().Data.AsObject().ToDictionary(mount => mount.Key, mount => mount.Value!.ToJsonString()), StringComparer.Ordinal);
}
