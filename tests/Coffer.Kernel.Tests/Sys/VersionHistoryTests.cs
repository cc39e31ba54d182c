using System.Text.Json.Nodes;
using Coffer.Kernel.Tests.Harness;
using Coffer.Sdk.Engines;
using Coffer.Storage;

namespace Coffer.Kernel.Tests.Sys;

public class VersionHistoryTests
{
    [Fact]
    public async Task Each_version_is_listed_once_with_the_one_before_it_and_the_time_it_came()
    {
        await using var kernel = await KernelHarness.StartAsync();
        var first = kernel.Clock.GetUtcNow();
        kernel.Clock.Advance(TimeSpan.FromDays(3));
        await RestartAsync(kernel, "1.20.0+next");
        var second = kernel.Clock.GetUtcNow();
        kernel.Clock.Advance(TimeSpan.FromDays(3));
        await RestartAsync(kernel, "1.20.0+test");
        await RestartAsync(kernel, "1.20.0+next");

        var history = await ListAsync(kernel);

        Assert.Equal(["1.20.0+test", "1.20.0+next"], history["keys"]!.AsArray().Select(key => (string)key!));
        Assert.Null(history["key_info"]!["1.20.0+test"]!["previous_version"]);
        Assert.Equal("1.20.0+test", (string)history["key_info"]!["1.20.0+next"]!["previous_version"]!);
        Assert.Equal(first, TimeOf(history, "1.20.0+test"));
        Assert.Equal(second, TimeOf(history, "1.20.0+next"));
    }

    [Fact]
    public async Task A_store_that_takes_no_writes_is_unsealed_all_the_same_and_the_next_unseal_notes_the_version()
    {
        await using var kernel = await KernelHarness.StartAsync();
        kernel.Version = "1.20.0+next";
        await kernel.RestartSealedAsync();
        kernel.Store.BeforeCommit = batch => batch.Writes.Count > 0 ? throw new StoreUnavailableException("full") : default;

        await kernel.UnsealAsync();

        Assert.Contains(kernel.Failures, failure => failure.Message.Contains("version-history", StringComparison.Ordinal));
        await kernel.RestartAsync();
        Assert.Equal(2, (await ListAsync(kernel))["keys"]!.AsArray().Count);
    }

    private static async Task RestartAsync(KernelHarness kernel, string version)
    {
        kernel.Version = version;
        await kernel.RestartAsync();
    }

    private static async Task<JsonNode> ListAsync(KernelHarness kernel) => (await kernel.SendAsync(Operation.List, "sys/version-history", null)).Ok().Data;

    private static DateTimeOffset TimeOf(JsonNode history, string version) => DateTimeOffset.Parse(
        (string)history["key_info"]![version]!["timestamp_installed"]!, System.Globalization.CultureInfo.InvariantCulture);
}
