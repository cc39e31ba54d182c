using Coffer.Kernel.Identity;
using Coffer.Kernel.Lockout;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Tests.Harness;
using Coffer.Sdk.Engines;
using Microsoft.Extensions.Time.Testing;

namespace Coffer.Kernel.Tests.Lockout;

/// <summary>Guessing at a name's secret: five tries, then nobody of that name gets in for a while, whatever the secret.</summary>
public sealed class LockoutTests
{
    private const string Right = """{"name":"ann"}""";
    private const string Wrong = """{"name":"ann","wrong":true}""";

    [Fact]
    public async Task After_five_failures_the_right_secret_is_answered_like_a_wrong_one_until_the_time_is_over()
    {
        await using var harness = await StartAsync();
        for (var i = 0; i < 5; i++)
        {
            (await LoginAsync(harness, Wrong)).Is(400);
        }

        var wrong = (await LoginAsync(harness, Wrong)).Is(403);
        var right = (await LoginAsync(harness, Right)).Is(403);
        Assert.Equal(wrong.Body, right.Body);
        (await LoginAsync(harness, """{"name":"bob"}""")).Ok();

        // Knocking does not make it longer.
        harness.Clock.Advance(TimeSpan.FromMinutes(14));
        (await LoginAsync(harness, Wrong)).Is(403);
        harness.Clock.Advance(TimeSpan.FromMinutes(1.1));
        (await LoginAsync(harness, Wrong)).Is(400);
        (await LoginAsync(harness, Right)).Ok();
    }

    [Fact]
    public async Task CVE_2025_6004_no_spelling_of_a_name_has_tries_of_its_own()
    {
        await using var harness = await StartAsync();
        foreach (var name in (string[])["ann", "ANN", "Ann", "aNN", "anN"])
        {
            (await LoginAsync(harness, $$"""{"name":"{{name}}","wrong":true}""")).Is(400);
        }

        foreach (var name in (string[])["ann", "ANN", "AnN"])
        {
            (await LoginAsync(harness, $$"""{"name":"{{name}}"}""")).Is(403);
        }
    }

    [Fact]
    public async Task Guesses_at_the_same_time_learn_no_more_than_one_by_one()
    {
        await using var harness = await StartAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(() => LoginAsync(harness, Wrong))));

        Assert.Equal(5, answers.Count(answer => answer.Status == 400));
        Assert.Equal(195, answers.Count(answer => answer.Status == 403));
        (await LoginAsync(harness, Right)).Is(403);
        Assert.Empty(await harness.KeysAsync("identity/entity/"));
    }

    [Fact]
    public async Task A_login_that_succeeds_and_a_quiet_while_start_the_count_again()
    {
        await using var harness = await StartAsync();
        await FailAsync(harness, 4);
        (await LoginAsync(harness, Right)).Ok();
        await FailAsync(harness, 4);
        harness.Clock.Advance(TimeSpan.FromMinutes(15));
        await FailAsync(harness, 4);
        (await LoginAsync(harness, Right)).Ok();
    }

    [Fact]
    public async Task The_locked_are_listed_and_let_in_again()
    {
        await using var harness = await StartAsync();
        await FailAsync(harness, 5);
        var accessor = (string)(await harness.ReadAsync("sys/auth")).Ok().Data["up/"]!["accessor"]!;

        var listed = (await harness.ReadAsync("sys/locked-users")).Ok().Data;
        Assert.Equal(1, (int)listed["total"]!);
        var mount = listed["by_namespace"]![0]!["mount_accessors"]![0]!;
        Assert.Equal(accessor, (string)mount["mount_accessor"]!);
        Assert.Equal("ann", (string)Assert.Single(mount["alias_identifiers"]!.AsArray())!);
        Assert.Equal(400, (await harness.SendAsync(Operation.Read, "sys/locked-users", """{"mount_accessor":"auth_x"}""")).Status);

        var token = (await harness.TokenAsync("""{"policies":["default"]}""")).ClientToken;
        (await harness.WriteAsync($"sys/locked-users/{accessor}/unlock/ann", null, token)).Is(403);
        (await harness.WriteAsync("sys/locked-users/auth_x/unlock/ann")).Is(400);
        (await LoginAsync(harness, Right)).Is(403);
        (await harness.WriteAsync($"sys/locked-users/{accessor}/unlock/ANN")).Is(204);

        (await LoginAsync(harness, Right)).Ok();
        Assert.Equal(0, (int)(await harness.ReadAsync("sys/locked-users")).Ok().Data["total"]!);
    }

    [Fact]
    public async Task A_mount_says_when_its_users_are_locked_out()
    {
        await using var harness = await StartAsync();
        await TuneAsync(harness, """{"lockout_threshold":"2","lockout_duration":"1m","lockout_counter_reset_duration":"30s"}""", 204);
        var tuned = (await harness.ReadAsync("sys/auth/up/tune")).Ok().Data;
        Assert.Equal((2, 60, 30), ((int)tuned["user_lockout_threshold"]!, (int)tuned["user_lockout_duration"]!, (int)tuned["user_lockout_counter_reset_duration"]!));

        await FailAsync(harness, 2);
        (await LoginAsync(harness, Right)).Is(403);
        harness.Clock.Advance(TimeSpan.FromMinutes(1));
        (await LoginAsync(harness, Right)).Ok();

        await TuneAsync(harness, """{"lockout_disable":true}""", 204);
        await FailAsync(harness, 10);
        (await LoginAsync(harness, Right)).Ok();
    }

    [Theory]
    [InlineData("""{"lockout_threshold":0}""")]
    [InlineData("""{"lockout_threshold":-1}""")]
    [InlineData("""{"lockout_threshold":"many"}""")]
    [InlineData("""{"lockout_duration":"0"}""")]
    [InlineData("""{"lockout_counter_reset_duration":"0s"}""")]
    public async Task Settings_that_make_no_sense_are_refused_and_change_nothing(string config)
    {
        await using var harness = await StartAsync();
        await TuneAsync(harness, config, 400);
        Assert.Null((await harness.ReadAsync("sys/auth/up/tune")).Ok().Data["user_lockout_threshold"]);
    }

    [Fact]
    public async Task Where_nobody_guesses_nothing_is_tuned()
    {
        await using var harness = await StartAsync();
        (await harness.WriteAsync("sys/auth/other", """{"type":"fakelogin"}""")).Ok();
        (await harness.WriteAsync("sys/auth/other/tune", """{"user_lockout_config":{"lockout_threshold":2}}""")).Is(400);
        (await harness.WriteAsync("sys/mounts/fake/tune", """{"user_lockout_config":{"lockout_threshold":2}}""")).Is(400);
    }

    [Fact]
    public void Names_without_number_take_no_memory_without_bound_and_the_newest_stay()
    {
        const int Bytes = 256 + 2 * 64;
        var lockout = new LoginLockout(new FakeTimeProvider(), new LockoutConfiguration
        {
            Blocks = new LockoutConfiguration().Blocks.Add("all", new LockoutChanges { Threshold = 1 }),
        });
        var mount = new MountEntry { Path = "auth/up/", Type = "userpass", Class = MountClass.Auth, Accessor = "auth_userpass_1", Uuid = "u" };
        for (var i = 0; i < 90_000; i++)
        {
            Assert.False(lockout.NoteFailure(mount, Numbered(i)));
        }

        var locked = lockout.LockedAt(mount);
        Assert.InRange(locked.Count, 80_000, (int)(Limits.LockoutLockedBytesMax / Bytes));
        Assert.StartsWith("089999", locked[^1], StringComparison.Ordinal);
        Assert.True(lockout.NoteFailure(mount, Numbered(89_999)));
    }

    [Theory]
    [InlineData(25_000, 1)]
    [InlineData(6_000, 4)]
    [InlineData(6_000, 6)]
    public void Failures_under_names_of_a_thousand_characters_push_no_locked_name_out(int names, int failures)
    {
        var lockout = new LoginLockout(new FakeTimeProvider(), new LockoutConfiguration());
        var mount = new MountEntry { Path = "auth/up/", Type = "userpass", Class = MountClass.Auth, Accessor = "auth_userpass_1", Uuid = "u" };
        var ann = IdentityName.Parse("ann");
        for (var i = 0; i < 5; i++)
        {
            Assert.False(lockout.NoteFailure(mount, ann));
        }

        for (var i = 0; i < names; i++)
        {
            var name = Long(i);
            for (var n = 0; n < failures; n++)
            {
                lockout.NoteFailure(mount, name);
            }
        }

        Assert.True(lockout.IsLocked(mount, ann));
        Assert.Contains("ann", lockout.LockedAt(mount));
    }

    private static IdentityName Numbered(int number) => IdentityName.Parse($"{number:d6}{new string('x', 70)}");

    private static IdentityName Long(int number) => IdentityName.Parse($"{number:d6}{new string('x', 994)}");

    [Fact]
    public void A_block_for_a_type_holds_before_that_for_all_and_a_mounts_own_before_both()
    {
        var configuration = new LockoutConfiguration
        {
            Blocks = new LockoutConfiguration().Blocks
                .Add("all", new LockoutChanges { Threshold = 7, Disabled = true })
                .Add("userpass", new LockoutChanges { Threshold = 8, Disabled = false }),
        };

        Assert.Equal(LockoutSettings.Standard with { Threshold = 7, Disabled = true }, configuration.For("ldap", null));
        Assert.Equal(LockoutSettings.Standard with { Threshold = 8 }, configuration.For("userpass", null));
        Assert.Equal(LockoutSettings.Standard with { Threshold = 9 }, configuration.For("userpass", new LockoutChanges { Threshold = 9 }));
        Assert.Equal(LockoutSettings.Standard, new LockoutConfiguration().For("userpass", null));
    }

    private static async Task<KernelHarness> StartAsync()
    {
        var harness = await KernelHarness.StartAsync();
        (await harness.WriteAsync("sys/auth/up", """{"type":"userpass"}""")).Ok();
        return harness;
    }

    private static Task<Answer> LoginAsync(KernelHarness harness, string body) => harness.WriteAsync("auth/up/login", body, token: "");

    private static async Task FailAsync(KernelHarness harness, int times)
    {
        for (var i = 0; i < times; i++)
        {
            (await LoginAsync(harness, Wrong)).Is(400);
        }
    }

    private static async Task TuneAsync(KernelHarness harness, string config, int status) =>
        (await harness.WriteAsync("sys/auth/up/tune", $$"""{"user_lockout_config":{{config}}}""")).Is(status);
}
