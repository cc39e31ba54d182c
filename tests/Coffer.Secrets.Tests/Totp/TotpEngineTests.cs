using Coffer.Sdk.Storage;
using Coffer.Secrets.Totp;
using Coffer.Testing.Engines;

namespace Coffer.Secrets.Tests.Totp;

/// <summary>The key of the standards' examples under the name <c>k</c>, with a period of thirty seconds unless a test says otherwise.</summary>
public sealed class TotpEngineTests : IAsyncDisposable
{
    private const string Key = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    private const string Used = "code already used; wait until the next time period";

    private readonly EngineHarness _harness = new(TotpEngine.Type);

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Fact]
    public async Task A_code_is_valid_once_and_refused_for_as_long_as_it_would_be_taken()
    {
        await WriteKeyAsync();
        var code = await CodeAsync();

        Assert.True(await IsValidAsync(code));
        (await CheckAsync(code)).AssertRefused(400, Used);

        // It is 03:04:05: the period ends in 25 seconds, and the next one 30 later.
        _harness.Clock.Advance(TimeSpan.FromSeconds(54));
        (await CheckAsync(code)).AssertRefused(400, Used);
        _harness.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(await IsValidAsync(code));
    }

    [Fact]
    public async Task A_code_is_used_in_the_one_commit_that_answers_it()
    {
        await WriteKeyAsync();
        Assert.True(await IsValidAsync(await CodeAsync()));

        Assert.Equal((2, 0, 1, 0), _harness.Cost);
        Assert.Equal(["keys/k", "used/k"], await _harness.Store.KeysAsync());
    }

    [Theory]
    [InlineData(" ", "")]
    [InlineData("", " ")]
    [InlineData("\\t", "\\n")]
    [InlineData("\\u00a0", "\\u2003")]
    public async Task CVE_2025_6014_blanks_around_a_used_code_do_not_make_it_fresh(string before, string after)
    {
        await WriteKeyAsync();
        var code = await CodeAsync();
        Assert.True(await IsValidAsync(code));

        (await CheckAsync($"{before}{code}{after}")).AssertRefused(400, Used);

        // And the other way round.
        _harness.Clock.Advance(TimeSpan.FromMinutes(5));
        code = await CodeAsync();
        Assert.True(await IsValidAsync($"{before}{code}{after}"));
        (await CheckAsync(code)).AssertRefused(400, Used);
    }

    [Fact]
    public async Task Skew_takes_the_codes_of_the_periods_beside_the_present_one_and_of_no_other()
    {
        await WriteKeyAsync(""","skew":1""");
        await WriteKeyAsync(""","skew":0""", "strict");
        foreach (var (periods, taken) in new[] { (-2, false), (-1, true), (0, true), (1, true), (2, false) })
        {
            var code = await CodeAtAsync(EngineHarness.Start.AddSeconds(30 * periods));
            Assert.Equal(taken, await IsValidAsync(code));
            Assert.Equal(periods == 0, await IsValidAsync(code, "strict"));
        }
    }

    [Fact]
    public async Task A_used_code_stays_used_when_its_key_is_written_again_with_a_larger_skew()
    {
        await WriteKeyAsync(""","skew":0""");
        var code = await CodeAsync();
        Assert.True(await IsValidAsync(code));

        _harness.Clock.Advance(TimeSpan.FromSeconds(30));
        await WriteKeyAsync(""","skew":1""");

        (await CheckAsync(code)).AssertRefused(400, Used);
    }

    [Fact]
    public async Task A_wrong_code_is_refused_when_it_is_tried_again_and_right_once_its_time_comes()
    {
        await WriteKeyAsync();
        var later = await CodeAtAsync(EngineHarness.Start.AddSeconds(60));

        Assert.False(await IsValidAsync(later));
        (await CheckAsync(later)).AssertRefused(400, Used);
        _harness.Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.True(await IsValidAsync(later));
    }

    [Fact]
    public async Task Wrong_codes_take_a_bounded_place_and_push_no_used_code_out()
    {
        await WriteKeyAsync();
        var code = await CodeAsync();
        Assert.True(await IsValidAsync(code));
        for (var i = 0; i < 2 * UsedCodes.WrongMax; i++)
        {
            await CheckAsync($"{i:D6}");
        }

        var used = (await UsedCodes.GetAsync(_harness.Store, "k", TestContext.Current.CancellationToken))!;
        Assert.Equal(UsedCodes.WrongMax + 1, used.Codes.Length);
        (await CheckAsync(code)).AssertRefused(400, Used);
    }

    [Theory]
    [InlineData("28708")]
    [InlineData("2870820")]
    [InlineData("28708a")]
    [InlineData("２８７０８２")]
    public async Task What_can_be_no_code_is_wrong_and_not_remembered(string code)
    {
        await WriteKeyAsync(""","period":1000000000""");

        Assert.False(await IsValidAsync(code));
        Assert.False(await IsValidAsync(code));
        Assert.Equal(["keys/k"], await _harness.Store.KeysAsync());
    }

    [Fact]
    public async Task A_key_that_is_deleted_and_written_again_does_not_make_a_used_code_fresh()
    {
        await WriteKeyAsync();
        var code = await CodeAsync();
        Assert.True(await IsValidAsync(code));

        (await _harness.DeleteAsync("keys/k")).AssertDone();
        (await CheckAsync(code)).AssertRefused(400, "unknown key: k");
        await WriteKeyAsync();
        (await CheckAsync(code)).AssertRefused(400, Used);
    }

    [Fact]
    public async Task The_used_codes_of_deleted_keys_are_removed_when_their_time_is_over()
    {
        await WriteKeyAsync(name: "short");
        await WriteKeyAsync(""","period":3600""", "long");
        Assert.True(await IsValidAsync(await CodeAsync("long"), "long"));
        Assert.True(await IsValidAsync(await CodeAsync("short"), "short"));
        await _harness.DeleteAsync("keys/long");
        await _harness.DeleteAsync("keys/short");

        // The earlier end counts, although the other key was deleted before.
        var due = (await TaskAsync())!.Due;
        Assert.Equal(EngineHarness.Start.AddSeconds(55), due);
        _harness.Clock.Advance(due - EngineHarness.Start);
        var outcome = await new HarnessTask(_harness).RunAsync(UsedCodesSweep.TaskName);
        Assert.Equal(["used/long"], await _harness.Store.KeysAsync());

        Assert.NotNull(outcome.NextRun);
        _harness.Clock.Advance(outcome.NextRun.Value - due);
        outcome = await new HarnessTask(_harness).RunAsync(UsedCodesSweep.TaskName);
        Assert.Null(outcome.NextRun);
        Assert.Empty(await _harness.Store.KeysAsync());
    }

    private Task<TaskState?> TaskAsync() =>
        _harness.Store.FindTaskAsync(UsedCodesSweep.TaskName, "", TestContext.Current.CancellationToken).AsTask();

    private async Task WriteKeyAsync(string settings = "", string name = "k") =>
        (await _harness.WriteAsync($"keys/{name}", $$"""{"key":"{{Key}}"{{settings}}}""")).AssertDone();

    private async Task<string> CodeAsync(string name = "k") => (string)(await _harness.ReadAsync($"code/{name}")).Data()["code"]!;

    private async Task<string> CodeAtAsync(DateTimeOffset time) =>
        (await TotpKey.GetAsync(_harness.Store, "k", TestContext.Current.CancellationToken))!.CodeAt(time.ToUnixTimeSeconds());

    private Task<Coffer.Sdk.Replies.Reply> CheckAsync(string code, string name = "k") => _harness.WriteAsync($"code/{name}", $$"""{"code":"{{code}}"}""");

    private async Task<bool> IsValidAsync(string code, string name = "k") => (bool)(await CheckAsync(code, name)).Data()["valid"]!;
}
