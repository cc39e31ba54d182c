using Coffer.Kernel.Tests.Harness;
using Coffer.Secrets.Totp;

namespace Coffer.Kernel.Tests.Engines;

/// <summary>Used codes through the kernel's transactions.</summary>
public sealed class TotpCodeTests
{
    private const string Key = """{"key":"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ","period":1000000000}""";

    [Fact]
    public async Task Of_many_who_send_one_code_at_once_one_hears_that_it_is_valid()
    {
        await using var harness = await StartAsync();
        for (var round = 0; round < 5; round++)
        {
            var path = $"totp/code/k{round}";
            (await harness.WriteAsync($"totp/keys/k{round}", Key)).Is(204);
            var check = $$"""{"code":"{{(await harness.ReadAsync(path)).Ok().Data["code"]}}"}""";

            var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => harness.WriteAsync(path, check))));

            Assert.Single(answers, answer => answer.Status == 200 && (bool)answer.Data["valid"]!);
            Assert.Equal(19, answers.Count(answer => answer.Status == 400 && answer.Body.Contains("code already used", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task A_used_code_stays_used_over_a_restart()
    {
        await using var harness = await StartAsync();
        (await harness.WriteAsync("totp/keys/k", Key)).Is(204);
        var check = $$"""{"code":"{{(await harness.ReadAsync("totp/code/k")).Ok().Data["code"]}}"}""";
        Assert.True((bool)(await harness.WriteAsync("totp/code/k", check)).Ok().Data["valid"]!);

        await harness.RestartAsync();

        (await harness.WriteAsync("totp/code/k", check)).Is(400);
    }

    [Fact]
    public async Task The_used_codes_of_a_deleted_key_leave_the_store_when_their_time_is_over()
    {
        await using var harness = await StartAsync();
        (await harness.WriteAsync("totp/keys/k", Key.Replace("1000000000", "30", StringComparison.Ordinal))).Is(204);
        var check = $$"""{"code":"{{(await harness.ReadAsync("totp/code/k")).Ok().Data["code"]}}"}""";
        Assert.True((bool)(await harness.WriteAsync("totp/code/k", check)).Ok().Data["valid"]!);
        (await harness.SendAsync(Coffer.Sdk.Engines.Operation.Delete, "totp/keys/k", null)).Is(204);
        Assert.Single(await UsedAsync(harness));

        await harness.AdvanceUntilAsync(async () => (await UsedAsync(harness)).Length == 0, TimeSpan.FromMinutes(2));
    }

    private static async Task<string[]> UsedAsync(KernelHarness harness) =>
        [.. (await harness.KeysAsync("")).Where(key => key.EndsWith("/used/k", StringComparison.Ordinal))];

    private static async Task<KernelHarness> StartAsync()
    {
        var harness = await KernelHarness.StartAsync(engines: [TotpEngine.Type]);
        (await harness.WriteAsync("sys/mounts/totp", """{"type":"totp"}""")).Is(204);
        return harness;
    }
}
