using System.Text.Json.Nodes;
using Coffer.Kernel.Tests.Harness;

namespace Coffer.Kernel.Tests.Seal;

public sealed class KeyringRotationTests
{
    private const string Policy = """{"policy":"path \"a\" { capabilities = [\"read\"] }"}""";

    [Fact]
    public async Task A_key_that_has_reached_its_age_is_followed_by_the_next_and_old_entries_stay_readable()
    {
        await using var harness = await KernelHarness.StartAsync();
        await harness.WriteAsync("sys/policies/acl/old", Policy);
        (await harness.WriteAsync("sys/rotate/config", """{"interval":"24h"}""")).Is(204);

        await harness.AdvanceAsync(TimeSpan.FromHours(23.9));
        Assert.Equal(1, await TermAsync(harness));
        await harness.AdvanceAsync(TimeSpan.FromHours(0.2));
        Assert.Equal(2, await TermAsync(harness));

        await harness.WriteAsync("sys/policies/acl/new", Policy);
        await harness.RestartAsync();
        Assert.Equal(2, await TermAsync(harness));
        (await harness.ReadAsync("sys/policies/acl/old")).Is(200);
        (await harness.ReadAsync("sys/policies/acl/new")).Is(200);
        Assert.Empty(harness.Failures);
    }

    [Fact]
    public async Task No_key_comes_by_itself_when_that_is_switched_off()
    {
        await using var harness = await KernelHarness.StartAsync();
        (await harness.WriteAsync("sys/rotate/config", """{"interval":"24h"}""")).Is(204);
        (await harness.WriteAsync("sys/rotate/config", """{"enabled":false}""")).Is(204);
        await harness.RestartAsync();

        await harness.AdvanceAsync(TimeSpan.FromHours(60));

        Assert.Equal(1, await TermAsync(harness));
        var settings = Data(await harness.ReadAsync("sys/rotate/config"));
        Assert.False((bool)settings["enabled"]!);
        Assert.Equal("24h0m0s", (string)settings["interval"]!);
    }

    [Fact]
    public async Task How_often_a_key_was_used_is_known_after_a_restart()
    {
        await using var harness = await KernelHarness.StartAsync();
        for (var i = 0; i < 50; i++)
        {
            await harness.WriteAsync($"sys/policies/acl/p{i}", Policy);
        }

        var before = await EncryptionsAsync(harness);
        await harness.RestartAsync();

        Assert.True(before >= 50, $"only {before}");
        Assert.InRange(await EncryptionsAsync(harness), before, before + 20);
    }

    [Theory]
    [InlineData("""{"interval":"1h"}""")]
    [InlineData("""{"max_operations":5}""")]
    [InlineData("""{"max_operations":4294967296}""")]
    public async Task Limits_that_are_not_safe_are_refused(string settings)
    {
        await using var harness = await KernelHarness.StartAsync();
        var before = Data(await harness.ReadAsync("sys/rotate/config")).ToJsonString();

        (await harness.WriteAsync("sys/rotate/config", settings)).Is(400);

        Assert.Equal(before, Data(await harness.ReadAsync("sys/rotate/config")).ToJsonString());
    }

    private static async Task<int> TermAsync(KernelHarness harness) => (int)Data(await harness.ReadAsync("sys/key-status"))["term"]!;

    private static async Task<long> EncryptionsAsync(KernelHarness harness) => (long)Data(await harness.ReadAsync("sys/key-status"))["encryptions"]!;

    private static JsonNode Data(Answer answer)
    {
        answer.Is(200);
        return JsonNode.Parse(answer.Body)!["data"]!;
    }
}
