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

    private static async Task<KernelHarness> RawAsync()
    {
        var kernel = await KernelHarness.StartAsync();
        kernel.RawStorage = true;
        await kernel.RestartAsync();
        return kernel;
    }
}
