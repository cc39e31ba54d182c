using Coffer.Kernel.Seal;
using Coffer.Kernel.Tests.Harness;
using Coffer.Sdk.Engines;
using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.Tests.Seal;

public sealed class KeySlotTests
{
    private const string FirstKey = "9b1deb4d3b7d4bad9bdd2b0d7b3dcb6d9b1deb4d3b7d4bad9bdd2b0d7b3dcb6e";
    private const string NextKey = "0b1deb4d3b7d4bad9bdd2b0d7b3dcb6d9b1deb4d3b7d4bad9bdd2b0d7b3dcb6f";

    [Fact]
    public async Task A_static_slot_unseals_at_the_start_and_its_key_can_follow_another()
    {
        await using var harness = await StartAsync(Key("first", FirstKey));
        Assert.False((bool)(await harness.ReadAsync("sys/seal-status", "")).Ok().Json["unseals_itself"]!);
        var added = (await harness.WriteAsync("sys/key-slots", """{"type":"static"}""")).Ok().Data;
        Assert.True((bool)(await harness.ReadAsync("sys/seal-status", "")).Ok().Json["unseals_itself"]!);
        Assert.Equal("first", (string)added["key_id"]!);

        await AssertOpensItselfAsync(harness);

        // The next key is configured beside the old one, gets a slot, and the old one goes.
        harness.StaticKeys = [Key("next", NextKey), Key("first", FirstKey)];
        await AssertOpensItselfAsync(harness);
        (await harness.WriteAsync("sys/key-slots", """{"type":"static"}""")).Ok();
        (await harness.SendAsync(Operation.Delete, $"sys/key-slots/{added["id"]}", null)).Is(204);
        harness.StaticKeys = [Key("next", NextKey)];
        await AssertOpensItselfAsync(harness);
        harness.StaticKeys = [Key("first", FirstKey)];
        await harness.RestartSealedAsync();
        Assert.Contains("no key slot opens with the static key \"first\"", await OpenAsync(harness), StringComparison.Ordinal);
        Assert.True(harness.Kernel.IsSealed);

        // The shares open it as ever.
        await harness.UnsealAsync();
    }

    [Fact]
    public async Task A_server_that_is_set_up_with_a_static_key_is_unsealed_at_once_and_has_shares_as_well()
    {
        await using var harness = KernelHarness.StartEmpty();
        harness.StaticKeys = [Key("first", FirstKey)];
        await harness.RestartSealedAsync();
        var made = await harness.Kernel.InitializeAsync(new InitRequest(3, 2), TestContext.Current.CancellationToken);

        Assert.False(harness.Kernel.IsSealed);
        Assert.Equal(3, made!.Shares.Count);
        var status = (await harness.ReadAsync("sys/seal-status", "")).Ok().Json;
        Assert.Equal(("shamir", true), ((string)status["type"]!, (bool)status["unseals_itself"]!));
        await AssertOpensItselfAsync(harness);
    }

    [Theory]
    [InlineData("")]
    [InlineData("this is a password of 32 letters")]
    [InlineData("00")]
    public async Task A_server_is_not_set_up_with_a_key_that_is_none(string key)
    {
        await using var harness = KernelHarness.StartEmpty();
        harness.StaticKeys = [Key("bad", key)];
        await harness.RestartSealedAsync();

        (await harness.WriteAsync("sys/init", """{"secret_shares":1,"secret_threshold":1}""", "")).Is(500);

        Assert.Empty(await harness.KeysAsync(""));
    }

    [Fact]
    public async Task A_key_that_cannot_be_read_leaves_the_server_sealed_and_says_so()
    {
        await using var harness = await StartAsync(Key("first", FirstKey));
        (await harness.WriteAsync("sys/key-slots", """{"type":"static"}""")).Ok();
        harness.StaticKeys = [new StaticKeySource("first", "/etc/coffer/unseal.key", () => throw new FileNotFoundException("it is not there"))];
        await harness.RestartSealedAsync();

        Assert.Contains("/etc/coffer/unseal.key) cannot be used: it is not there", await OpenAsync(harness), StringComparison.Ordinal);
        Assert.True(harness.Kernel.IsSealed);
    }

    [Theory]
    [InlineData("0b1deb4d3b7d4bad9bdd2b0d7b3dcb6d9b1deb4d3b7d4bad9bdd2b0d7b3dcb6f", "no key slot opens with the static key \"next\" (key next)")]
    [InlineData("no key", "the static key \"next\" (key next) cannot be used: it has 6 bytes and is neither hex nor base64; give 32")]
    public async Task A_current_key_that_opens_nothing_is_said_although_the_key_before_it_opens_the_store(string current, string reason)
    {
        await using var harness = await StartAsync(Key("first", FirstKey));
        (await harness.WriteAsync("sys/key-slots", """{"type":"static"}""")).Ok();
        await AssertOpensItselfAsync(harness);
        Assert.DoesNotContain(harness.Events, line => line.Level == LogLevel.Warning && line.Text.Contains("static key", StringComparison.Ordinal));

        harness.StaticKeys = [Key("next", current), Key("first", FirstKey)];
        await AssertOpensItselfAsync(harness);

        var warning = Assert.Single(harness.Events, line => line.Level == LogLevel.Warning && line.Text.Contains("static key", StringComparison.Ordinal));
        Assert.Equal("first (key first)", warning.Fields["openedBy"]);
        Assert.Contains(reason, warning.Fields["problem"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_shares_a_server_says_what_it_lives_by_and_can_be_given_shares_again()
    {
        await using var harness = await StartAsync(Key("first", FirstKey));
        (await harness.WriteAsync("sys/key-slots", """{"type":"static"}""")).Ok();
        (await harness.SendAsync(Operation.Delete, $"sys/key-slots/{await IdOfAsync(harness, "shamir")}", null)).Is(204);
        Assert.Equal("static", (await harness.ReadAsync("sys/seal-status")).Ok().Json["type"]!.ToString());
        foreach (var path in (string[])["sys/rekey/init", "sys/generate-root/attempt"])
        {
            Assert.Contains("no key shares", (await harness.ReadAsync(path)).Is(400).Body, StringComparison.Ordinal);
        }

        await harness.SealAsync();
        Assert.Contains("no key shares", (await harness.Kernel.UnsealAsync(harness.Share, TestContext.Current.CancellationToken)).Problem, StringComparison.Ordinal);
        await AssertOpensItselfAsync(harness);

        var made = (await harness.WriteAsync("sys/key-slots", """{"type":"shamir","secret_shares":3,"secret_threshold":2}""")).Ok().Data;
        (await harness.WriteAsync("sys/key-slots", """{"type":"shamir","secret_shares":3,"secret_threshold":2}""")).Is(400);
        await harness.SealAsync();
        foreach (var share in made["keys"]!.AsArray().Take(2))
        {
            Assert.Null((await harness.Kernel.UnsealAsync((string)share!, TestContext.Current.CancellationToken)).Problem);
        }

        Assert.False(harness.Kernel.IsSealed);
    }

    [Fact]
    public async Task The_last_slot_stays()
    {
        await using var harness = await KernelHarness.StartAsync();
        var answer = (await harness.SendAsync(Operation.Delete, $"sys/key-slots/{await IdOfAsync(harness, "shamir")}", null)).Is(400);
        Assert.Contains("last key slot", answer.Body, StringComparison.Ordinal);
        (await harness.SendAsync(Operation.Delete, "sys/key-slots/none", null)).Is(404);
        await harness.RestartAsync();
    }

    [Theory]
    [InlineData("""{"type":"static","key_id":"other"}""", "no static key")]
    [InlineData("""{"type":"static","key_id":"/etc/passwd"}""", "no static key")]
    [InlineData("""{"type":"tpm"}""", "unknown type")]
    [InlineData("{}", "missing type")]
    public async Task The_api_adds_only_what_the_configuration_names(string body, string reason)
    {
        await using var harness = await StartAsync(Key("first", FirstKey));
        Assert.Contains(reason, (await harness.WriteAsync("sys/key-slots", body)).Is(400).Body, StringComparison.Ordinal);
        Assert.Single((await harness.ReadAsync("sys/key-slots")).Ok().Data["keys"]!.AsArray());
    }

    private static async Task<KernelHarness> StartAsync(StaticKeySource key)
    {
        var harness = await KernelHarness.StartAsync();
        harness.StaticKeys = [key];
        await harness.RestartAsync();
        return harness;
    }

    private static StaticKeySource Key(string id, string hex) => new(id, $"key {id}", () => System.Text.Encoding.UTF8.GetBytes(hex));

    private static async Task<string?> OpenAsync(KernelHarness harness) => await harness.Kernel.UnsealByStaticKeyAsync(TestContext.Current.CancellationToken);

    private static async Task AssertOpensItselfAsync(KernelHarness harness)
    {
        await harness.RestartSealedAsync();
        Assert.Null(await OpenAsync(harness));
        Assert.False(harness.Kernel.IsSealed);
    }

    private static async Task<string> IdOfAsync(KernelHarness harness, string type) => (await harness.ReadAsync("sys/key-slots")).Ok().Data["key_info"]!.AsObject()
        .Single(slot => (string)slot.Value!["type"]! == type).Key;
}
