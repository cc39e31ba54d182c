using Coffer.Kernel.Tests.Harness;
using Coffer.Sdk.Engines;
using Coffer.Storage;

namespace Coffer.Kernel.Tests.Seal;

public sealed class RekeyTests
{
    [Fact]
    public async Task New_shares_open_the_server_and_the_old_one_does_not()
    {
        await using var harness = await KernelHarness.StartAsync();
        var shares = await harness.RekeyAsync(3, 2);

        await harness.RestartSealedAsync();
        await harness.Kernel.UnsealAsync(harness.Share, TestContext.Current.CancellationToken);
        Assert.True(harness.Kernel.IsSealed);
        await harness.Kernel.UnsealAsync(shares[2], TestContext.Current.CancellationToken);
        await harness.Kernel.UnsealAsync(shares[0], TestContext.Current.CancellationToken);
        Assert.False(harness.Kernel.IsSealed);
        (await harness.ReadAsync("auth/token/lookup-self")).Ok();
    }

    [Fact]
    public async Task A_store_that_fails_at_the_end_leaves_the_old_share_in_force_and_the_rekey_open()
    {
        await using var harness = await KernelHarness.StartAsync();
        var nonce = await BeginAsync(harness, """{"secret_shares":3,"secret_threshold":2}""");
        harness.Store.BeforeCommit = batch => batch.Writes.Any(write => write.Key.Contains("slot", StringComparison.Ordinal)) ? throw new StoreUnavailableException("full") : default;
        (await GiveAsync(harness, "update", harness.Share, nonce)).Is(503);
        harness.Store.BeforeCommit = null;

        Assert.Equal("0", (await harness.ReadAsync("sys/rekey/init")).Ok().Json["progress"]!.ToString());
        await harness.RestartAsync();
        Assert.Equal("1", (await harness.ReadAsync("sys/seal-status")).Ok().Json["n"]!.ToString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Sealing_before_the_new_shares_are_verified_keeps_the_old_one(bool half)
    {
        await using var harness = await KernelHarness.StartAsync();
        var nonce = await BeginAsync(harness, """{"secret_shares":3,"secret_threshold":2,"require_verification":true}""");
        var made = (await GiveAsync(harness, "update", harness.Share, nonce)).Ok().Json;
        if (half)
        {
            (await GiveAsync(harness, "verify", (string)made["keys"]![0]!, (string)made["verification_nonce"]!)).Ok();
        }

        await harness.SealAsync();
        await harness.UnsealAsync();
        Assert.Equal("false", (await harness.ReadAsync("sys/rekey/init")).Ok().Json["started"]!.ToString());
        (await harness.ReadAsync("sys/rekey/verify")).Is(400);
    }

    [Fact]
    public async Task A_verification_that_begins_anew_has_another_nonce_and_no_progress()
    {
        await using var harness = await KernelHarness.StartAsync();
        var nonce = await BeginAsync(harness, """{"secret_shares":3,"secret_threshold":2,"require_verification":true}""");
        var made = (await GiveAsync(harness, "update", harness.Share, nonce)).Ok().Json;
        (await GiveAsync(harness, "verify", (string)made["keys"]![0]!, (string)made["verification_nonce"]!)).Ok();

        var again = (await harness.SendAsync(Operation.Delete, "sys/rekey/verify", null)).Ok().Json;
        Assert.Equal("0", again["progress"]!.ToString());
        Assert.NotEqual((string)made["verification_nonce"]!, (string)again["nonce"]!);
        (await GiveAsync(harness, "verify", (string)made["keys"]![1]!, (string)made["verification_nonce"]!)).Is(400);
        (await GiveAsync(harness, "verify", (string)made["keys"]![1]!, (string)again["nonce"]!)).Ok();
        Assert.Equal("true", (await GiveAsync(harness, "verify", (string)made["keys"]![2]!, (string)again["nonce"]!)).Ok().Json["complete"]!.ToString());
        Assert.Equal("2", (await harness.ReadAsync("sys/seal-status")).Ok().Json["t"]!.ToString());
    }

    [Fact]
    public async Task Wrong_shares_change_nothing_and_leave_the_rekey_open()
    {
        await using var harness = await KernelHarness.StartAsync();
        await harness.RekeyAsync(3, 2);
        var before = await harness.KeysAsync("");
        var nonce = await BeginAsync(harness, """{"secret_shares":1,"secret_threshold":1}""");
        (await GiveAsync(harness, "update", new string('1', 64) + "01", nonce)).Ok();

        (await GiveAsync(harness, "update", new string('2', 64) + "02", nonce)).Is(400);

        Assert.Equal(before, await harness.KeysAsync(""));
        var status = (await harness.ReadAsync("sys/rekey/init")).Ok().Json;
        Assert.Equal(("true", "0", nonce), (status["started"]!.ToString(), status["progress"]!.ToString(), (string)status["nonce"]!));
    }

    [Theory]
    [InlineData("""{"secret_shares":300,"secret_threshold":2}""")]
    [InlineData("""{"secret_shares":-1,"secret_threshold":-1}""")]
    [InlineData("""{"secret_shares":4294967297,"secret_threshold":1}""")]
    [InlineData("""{}""")]
    [InlineData("""{"secret_shares":3,"secret_threshold":1}""")]
    public async Task Numbers_that_no_key_can_be_split_by_are_refused(string body)
    {
        await using var harness = await KernelHarness.StartAsync();
        (await harness.WriteAsync("sys/rekey/init", body)).Is(400);
        Assert.Equal("false", (await harness.ReadAsync("sys/rekey/init")).Ok().Json["started"]!.ToString());
    }

    [Theory]
    [InlineData("sys/rekey/init")]
    [InlineData("sys/generate-root/attempt")]
    public async Task CVE_2025_4656_and_2026_5807_nobody_without_sudo_begins_or_ends_what_share_holders_do(string path)
    {
        await using var harness = await KernelHarness.StartAsync();
        var ordinary = await harness.TokenAsync();
        (await harness.WriteAsync(path, """{"secret_shares":1,"secret_threshold":1}""")).Ok();
        var begun = (await harness.ReadAsync(path)).Ok().Json["nonce"]!.ToString();

        foreach (var token in (string[])["", "hvs.unknown", ordinary.ClientToken])
        {
            (await harness.SendAsync(Operation.Delete, path, null, token)).Is(403);
            (await harness.WriteAsync(path, "{}", token)).Is(403);
            (await harness.WriteAsync(path.Replace("init", "update", StringComparison.Ordinal).Replace("attempt", "update", StringComparison.Ordinal), $$"""{"key":"{{harness.Share}}","nonce":"{{begun}}"}""", token)).Is(403);
        }

        Assert.Equal(begun, (await harness.ReadAsync(path)).Ok().Json["nonce"]!.ToString());
    }

    private static async Task<string> BeginAsync(KernelHarness harness, string body) => (string)(await harness.WriteAsync("sys/rekey/init", body)).Ok().Json["nonce"]!;

    private static Task<Answer> GiveAsync(KernelHarness harness, string step, string key, string nonce) =>
        harness.WriteAsync($"sys/rekey/{step}", $$"""{"key":"{{key}}","nonce":"{{nonce}}"}""");
}
