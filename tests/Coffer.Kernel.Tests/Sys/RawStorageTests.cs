using System.Text.Json.Nodes;
using Coffer.Kernel.Tests.Harness;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.Tests.Sys;

public class RawStorageTests
{
    [Theory]
    [InlineData(Operation.Read)]
    [InlineData(Operation.Update)]
    [InlineData(Operation.Delete)]
    [InlineData(Operation.List)]
    public async Task It_is_not_there_unless_the_configuration_says_so(Operation operation)
    {
        await using var kernel = await KernelHarness.StartAsync();
        var before = await kernel.RawAsync();

        (await kernel.SendAsync(operation, "sys/raw/core/mounts", """{"value":"x"}""")).Is(404);

        Assert.Equal(before, await kernel.RawAsync());
    }

    [Fact]
    public async Task No_entry_that_holds_keys_is_shown_changed_or_listed()
    {
        await using var kernel = await RawAsync();
        var before = await kernel.RawAsync();
        var slot = Assert.Single(await kernel.KeysAsync("core/slots/"));
        foreach (var key in (string[])["core/keyring", "core/token-key", "core/slots", slot])
        {
            Assert.True((await kernel.KeysAsync(key)).Count > 0, $"{key} is no entry any more");
            foreach (var operation in (Operation[])[Operation.Read, Operation.Update, Operation.Delete, Operation.List])
            {
                Assert.Contains($"'{key}'", (await kernel.SendAsync(operation, "sys/raw/" + key, """{"value":"x"}""")).Is(400).Body, StringComparison.Ordinal);
            }
        }

        Assert.Equal(before, await kernel.RawAsync());
    }

    [Fact]
    public async Task What_is_no_text_is_read_and_written_in_base64()
    {
        await using var kernel = await RawAsync();
        (await kernel.WriteAsync("sys/raw/mine/bytes", """{"value":"/wAB","encoding":"base64"}""")).Ok();

        Assert.Contains("encoding=base64", (await kernel.ReadAsync("sys/raw/mine/bytes")).Is(400).Body, StringComparison.Ordinal);
        Assert.Equal("/wAB", (string)(await kernel.SendAsync(Operation.Read, "sys/raw/mine/bytes", """{"encoding":"base64"}""")).Ok().Data["value"]!);
        (await kernel.WriteAsync("sys/raw/mine/bytes", """{"value":"***","encoding":"base64"}""")).Is(400);
        (await kernel.WriteAsync("sys/raw/mine/bytes", """{"value":"x","encoding":"rot13"}""")).Is(400);
    }

    [Fact]
    public async Task CVE_2025_6000_no_program_is_registered_and_reloading_a_mount_that_is_not_there_does_nothing()
    {
        await using var kernel = await KernelHarness.StartAsync();
        var sum = new string('0', 64);

        Assert.Contains("no program", (await kernel.WriteAsync("sys/plugins/catalog/secret/mine", $$"""{"command":"sh","sha256":"{{sum}}"}""")).Is(400).Body, StringComparison.Ordinal);
        (await kernel.ReadAsync("sys/plugins/catalog/secret/mine")).Is(404);
        (await kernel.WriteAsync("sys/plugins/reload/backend", """{"mounts":["fake/","gone/"]}""")).Is(400);
        (await kernel.WriteAsync("sys/plugins/reload/backend", """{"plugin":"fake"}""")).Ok();
        (await kernel.ReadAsync("fake/creds/one")).Ok();
    }

    [Fact]
    public async Task CVE_2026_105816_an_entry_of_a_plugin_catalog_that_comes_into_the_store_runs_nothing()
    {
        await using var kernel = await RawAsync();
        var marker = Path.Combine(Path.GetTempPath(), $"coffer-plugin-{Guid.CreateVersion7():n}");
        var entry = new JsonObject { ["name"] = "evil", ["type"] = 3, ["command"] = "../../bin/sh", ["args"] = new JsonArray("-c", $"touch {marker}"), ["sha256"] = "", ["builtin"] = false };
        foreach (var key in (string[])["core/plugin-catalog/secret/evil", "core/plugin-catalog/evil"])
        {
            (await kernel.WriteAsync($"sys/raw/{key}", new JsonObject { ["value"] = entry.ToJsonString() }.ToJsonString())).Ok();
        }

        var mounts = JsonNode.Parse((string)(await kernel.ReadAsync("sys/raw/core/mounts")).Ok().Data["value"]!)!;
        var list = mounts["mounts"]!.AsArray();
        var forged = list.Single(mount => (string)mount!["type"]! == "fake")!.DeepClone();
        (forged["path"], forged["type"], forged["uuid"], forged["accessor"]) = ("evil/", "evil", Guid.CreateVersion7().ToString(), "evil_1");
        list.Add(forged);
        (await kernel.WriteAsync("sys/raw/core/mounts", new JsonObject { ["value"] = mounts.ToJsonString() }.ToJsonString())).Ok();
        await kernel.RestartAsync();

        Assert.Contains("plugin not found", (await kernel.WriteAsync("sys/mounts/mine", """{"type":"evil"}""")).Is(400).Body, StringComparison.Ordinal);
        (await kernel.WriteAsync("sys/mounts/mine", """{"type":"plugin","plugin_name":"evil"}""")).Is(400);
        Assert.NotEqual(200, (await kernel.ReadAsync("evil/x")).Status);
        (await kernel.ReadAsync("sys/plugins/catalog/secret/evil")).Is(404);
        (await kernel.ReadAsync("fake/creds/one")).Ok();
        Assert.False(File.Exists(marker));
    }

    private static async Task<KernelHarness> RawAsync()
    {
        var kernel = await KernelHarness.StartAsync();
        kernel.RawStorage = true;
        await kernel.RestartAsync();
        return kernel;
    }
}
