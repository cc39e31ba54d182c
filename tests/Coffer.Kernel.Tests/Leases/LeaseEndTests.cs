using System.Globalization;
using Coffer.Kernel.Tests.Harness;

namespace Coffer.Kernel.Tests.Leases;

/// <summary>Clients learn when a lease truly ends, what decided it, and when to come back.</summary>
public sealed class LeaseEndTests
{
    [Theory]
    [InlineData("""{"ttl":"30m"}""", """{"ttl":"10h"}""", "lease", 1800)]
    [InlineData("""{"ttl":"9h"}""", """{"ttl":"10h"}""", "mount_max_ttl", 7200)]
    [InlineData("""{"ttl":"90m"}""", """{"ttl":"1h","renewable":false}""", "token", 3600)]
    public async Task The_answer_and_the_look_up_name_the_end_and_its_cause(string ask, string tokenFields, string cause, int seconds)
    {
        await using var harness = await KernelHarness.StartAsync();
        (await harness.WriteAsync("sys/mounts/fake/tune", """{"max_lease_ttl":"2h"}""")).Ok();
        var token = await harness.TokenAsync(tokenFields);
        var now = harness.Clock.GetUtcNow();

        var made = (await harness.WriteAsync("fake/creds/a", ask, token.ClientToken)).Ok();

        var lookup = (await harness.WriteAsync("sys/leases/lookup", $$"""{"lease_id":"{{made.LeaseId}}"}""")).Ok();
        foreach (var shown in new[] { made.Json, lookup.Data })
        {
            Assert.Equal(cause, (string)shown["limited_by"]!);
            Assert.Equal(now.AddSeconds(seconds), TimeOf(shown["expire_time"]));
            Assert.Equal(now.AddSeconds(seconds * 2 / 3), TimeOf(shown["recommended_refresh_at"]));
        }

        Assert.Equal("token", (string)lookup.Data["owner"]!);
    }

    [Fact]
    public async Task A_client_is_to_come_back_before_its_token_ends_and_is_warned_where_that_is_soon()
    {
        await using var harness = await KernelHarness.StartAsync();
        var token = (await harness.TokenAsync("""{"ttl":"3m"}""")).ClientToken;
        var start = harness.Clock.GetUtcNow();
        harness.Clock.Advance(TimeSpan.FromSeconds(1));

        var made = (await harness.WriteAsync("fake/creds/a", """{"ttl":"768h"}""", token)).Ok();
        await AssertAsync(made, start.AddMinutes(3), "in 2m59s, unless the token is renewed");
        harness.Clock.Advance(TimeSpan.FromMinutes(1));
        await AssertAsync((await harness.WriteAsync("sys/leases/renew", $$"""{"lease_id":"{{made.LeaseId}}"}""", token)).Ok(), start.AddMinutes(3), "in 1m59s, unless");

        // Once the token lasts, so does what is recommended, and nothing is to be warned of.
        (await harness.WriteAsync("auth/token/renew-self", """{"increment":"767h"}""", token)).Ok();
        var renewed = (await harness.WriteAsync("sys/leases/renew", $$"""{"lease_id":"{{made.LeaseId}}","increment":"2h"}""", token)).Ok();
        Assert.Null(renewed.Json["warnings"]);
        Assert.Equal(harness.Clock.GetUtcNow().AddMinutes(80), TimeOf(renewed.Json["recommended_refresh_at"]));

        async Task AssertAsync(Answer answer, DateTimeOffset tokenEnd, string warning)
        {
            var now = harness.Clock.GetUtcNow();
            var lookup = (await harness.WriteAsync("sys/leases/lookup", $$"""{"lease_id":"{{made.LeaseId}}"}""")).Ok();
            foreach (var shown in new[] { answer.Json, lookup.Data })
            {
                Assert.Equal("token", (string)shown["limited_by"]!);
                Assert.Equal(start.AddHours(768), TimeOf(shown["expire_time"]));
                Assert.Equal(now + (tokenEnd - now) * 2 / 3, TimeOf(shown["recommended_refresh_at"]));
            }

            Assert.Contains(answer.Json["warnings"]!.AsArray(), said => ((string)said!).Contains(warning, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_lease_of_a_token_with_an_hour_left_has_no_warning()
    {
        await using var harness = await KernelHarness.StartAsync();
        var token = (await harness.TokenAsync("""{"ttl":"1h"}""")).ClientToken;
        harness.Clock.Advance(TimeSpan.FromSeconds(1));

        var made = (await harness.WriteAsync("fake/creds/a", """{"ttl":"768h"}""", token)).Ok();

        Assert.Null(made.Json["warnings"]);
        Assert.True(TimeOf(made.Json["recommended_refresh_at"]) < harness.Clock.GetUtcNow().AddHours(1));
    }

    [Theory]
    [InlineData("true", 200, 204)]
    [InlineData("false", 202, 202)]
    public async Task Revoking_a_lease_whose_secret_cannot_be_taken_back_warns_until_when_it_works(string sync, int warns, int plainly)
    {
        await using var harness = await KernelHarness.StartAsync();
        harness.World.EndsAfter = TimeSpan.FromMinutes(20);
        var session = (await harness.WriteAsync("fake/creds/a", """{"ttl":"1h"}""")).Ok();
        harness.World.EndsAfter = null;
        var other = (await harness.WriteAsync("fake/creds/a", """{"ttl":"1h"}""")).Ok();
        var end = harness.Clock.GetUtcNow().AddMinutes(20);

        var warned = await harness.WriteAsync("sys/leases/revoke", $$"""{"lease_id":"{{session.LeaseId}}","sync":{{sync}}}""");
        var plain = await harness.WriteAsync("sys/leases/revoke", $$"""{"lease_id":"{{other.LeaseId}}","sync":{{sync}}}""");

        var warning = (string)Assert.Single(warned.Json["warnings"]!.AsArray())!;
        Assert.StartsWith("the lease is revoked, but its credentials work until ", warning, StringComparison.Ordinal);
        Assert.Equal(end, DateTimeOffset.Parse(warning.Split(' ')[9].TrimEnd(':'), CultureInfo.InvariantCulture));
        Assert.Equal((warns, plainly), (warned.Status, plain.Status));
        await harness.AdvanceUntilAsync(
            async () => (await harness.WriteAsync("sys/leases/lookup", $$"""{"lease_id":"{{session.LeaseId}}"}""")).Status == 400, TimeSpan.FromMilliseconds(1));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_batch_token_s_leases_end_with_it_whether_or_not_it_has_a_parent_and_whatever_renews_them(bool orphan)
    {
        await using var harness = await KernelHarness.StartAsync();
        var parent = orphan ? null : (await harness.TokenAsync()).ClientToken;
        var batch = await harness.TokenAsync($$"""{"type":"batch","ttl":"30m","no_parent":{{(orphan ? "true" : "false")}}}""", parent);
        var end = harness.Clock.GetUtcNow().AddMinutes(30);
        var made = (await harness.WriteAsync("fake/creds/a", """{"ttl":"5h"}""", batch.ClientToken)).Ok();
        harness.Clock.Advance(TimeSpan.FromMinutes(10));

        var renewed = (await harness.WriteAsync("sys/leases/renew", $$"""{"lease_id":"{{made.LeaseId}}","increment":"5h"}""")).Ok();

        var lookup = (await harness.WriteAsync("sys/leases/lookup", $$"""{"lease_id":"{{made.LeaseId}}"}""")).Ok();
        foreach (var shown in new[] { made.Json, renewed.Json, lookup.Data })
        {
            Assert.Equal("token", (string)shown["limited_by"]!);
            Assert.Equal(end, TimeOf(shown["expire_time"]));
        }

        Assert.Equal("token", (string)lookup.Data["owner"]!);
        harness.Clock.Advance(TimeSpan.FromMinutes(20));
        await harness.AdvanceUntilAsync(() => harness.World.Secrets.Count == 0);
    }

    [Theory]
    [InlineData("service", "")]
    [InlineData("service", "child")]
    [InlineData("batch", "")]
    public async Task A_token_s_answers_and_look_ups_name_the_end_of_its_parents_where_that_comes_first(string kind, string between)
    {
        await using var harness = await KernelHarness.StartAsync();
        var parent = (await harness.TokenAsync("""{"ttl":"10m","explicit_max_ttl":"30m"}""")).ClientToken;
        parent = between.Length == 0 ? parent : (await harness.TokenAsync("""{"ttl":"20m"}""", parent)).ClientToken;
        var end = harness.Clock.GetUtcNow().AddMinutes(30);

        var made = await harness.TokenAsync($$"""{"ttl":"1h","type":"{{kind}}"}""", parent);

        Assert.Equal(1800, (int)made.Json["auth"]!["lease_duration"]!);
        Assert.Contains("token ends with its parent, in 30m", made.Json["warnings"]!.ToJsonString(), StringComparison.Ordinal);
        List<System.Text.Json.Nodes.JsonNode> shown = [made.Json, (await harness.ReadAsync("auth/token/lookup-self", made.ClientToken)).Ok().Data];
        shown.Add((await harness.WriteAsync("auth/token/lookup", $$"""{"token":"{{made.ClientToken}}"}""")).Ok().Data);
        if (kind == "service")
        {
            harness.Clock.Advance(TimeSpan.FromMinutes(5));
            var renewed = (await harness.WriteAsync("auth/token/renew-self", """{"increment":"1h"}""", made.ClientToken)).Ok();
            Assert.Equal(1500, (int)renewed.Json["auth"]!["lease_duration"]!);
            Assert.Contains("token ends with its parent, in 25m", renewed.Json["warnings"]!.ToJsonString(), StringComparison.Ordinal);
            shown.Add(renewed.Json);
        }

        foreach (var one in shown)
        {
            Assert.Equal("token", (string)one["limited_by"]!);
            Assert.Equal(end, TimeOf(one["expire_time"]));
        }
    }

    [Fact]
    public async Task An_orphan_ends_at_its_own_time_and_a_child_s_look_up_follows_what_limits_its_parent_today()
    {
        await using var harness = await KernelHarness.StartAsync();
        var parent = (await harness.TokenAsync("""{"ttl":"10m"}""")).ClientToken;
        var now = harness.Clock.GetUtcNow();
        var child = await harness.TokenAsync("""{"ttl":"1h"}""", parent);
        var orphan = await harness.TokenAsync("""{"ttl":"1h","no_parent":true}""");
        (await harness.WriteAsync("sys/auth/token/tune", """{"default_lease_ttl":"10m","max_lease_ttl":"20m"}""")).Ok();

        var shown = (await harness.ReadAsync("auth/token/lookup-self", child.ClientToken)).Ok().Data;

        Assert.Equal(("lease", now.AddHours(1)), ((string)child.Json["limited_by"]!, TimeOf(child.Json["expire_time"])));
        Assert.Equal(("token", now.AddMinutes(20)), ((string)shown["limited_by"]!, TimeOf(shown["expire_time"])));
        var alone = (await harness.ReadAsync("auth/token/lookup-self", orphan.ClientToken)).Ok().Data;
        Assert.Equal(("lease", now.AddHours(1)), ((string)alone["limited_by"]!, TimeOf(alone["expire_time"])));
    }

    /// <summary>Everything that fixes a token's end however often it is renewed: what makes it, and the seconds that it has.</summary>
    public static TheoryData<string, int> HardEnds => new()
    {
        { "not renewable", 3600 },
        { "explicit maximum", 5400 },
        { "explicit maximum of a periodic token", 5400 },
        { "explicit maximum of the role", 5400 },
        { "maximum of the login", 7200 },
        { "maximum of the mount", 10_800 },
        { "maximum of the parent", 5400 },
        { "batch", 3600 },
        { "periodic", 0 },
        { "periodic by its role", 0 },
        { "root", 0 },
    };

    [Theory]
    [MemberData(nameof(HardEnds))]
    public async Task A_lease_ends_with_the_hard_end_of_its_token_and_says_so_when_it_is_made_renewed_and_looked_up(string token, int seconds)
    {
        await using var harness = await KernelHarness.StartAsync();
        (await harness.WriteAsync("sys/mounts/fake/tune", """{"default_lease_ttl":"10h","max_lease_ttl":"20h"}""")).Ok();
        var owner = await OwnerAsync(harness, token);
        var start = harness.Clock.GetUtcNow();
        var end = seconds > 0 ? start.AddSeconds(seconds) : start.AddHours(10);

        var made = (await harness.WriteAsync("fake/creds/a", null, owner)).Ok();

        await AssertEndsAsync(made, end);
        harness.Clock.Advance(TimeSpan.FromMinutes(30));
        var renewed = (await harness.WriteAsync("sys/leases/renew", $$"""{"lease_id":"{{made.LeaseId}}","increment":"9h30m"}""", owner)).Ok();
        await AssertEndsAsync(renewed, end);

        // The answer was true: no lease lives beyond that end, whatever is done for its token.
        if (seconds > 0)
        {
            harness.Clock.Advance(end - harness.Clock.GetUtcNow());
            await harness.AdvanceUntilAsync(() => harness.World.Secrets.Count == 0);
        }

        async Task AssertEndsAsync(Answer answer, DateTimeOffset end)
        {
            var lookup = (await harness.WriteAsync("sys/leases/lookup", $$"""{"lease_id":"{{made.LeaseId}}"}""")).Ok();
            foreach (var shown in new[] { answer.Json, lookup.Data })
            {
                Assert.Equal(seconds > 0 ? "token" : "lease", (string)shown["limited_by"]!);
                Assert.Equal(end, TimeOf(shown["expire_time"]));

                // Sooner where the token's present end is before the hard one.
                Assert.InRange(TimeOf(shown["recommended_refresh_at"]), harness.Clock.GetUtcNow(), harness.Clock.GetUtcNow() + (end - harness.Clock.GetUtcNow()) * 2 / 3);
            }

            Assert.Equal((int)(end - harness.Clock.GetUtcNow()).TotalSeconds, (int)answer.Json["lease_duration"]!);
        }
    }

    [Fact]
    public async Task A_look_up_follows_a_maximum_that_was_lowered_since()
    {
        await using var harness = await KernelHarness.StartAsync();
        (await harness.WriteAsync("auth/token/roles/short", """{"allowed_policies":"all"}""")).Ok();
        await harness.TokenAsync();
        var owner = (await harness.WriteAsync("auth/token/create/short", """{"ttl":"1h"}""")).Ok().ClientToken;
        var start = harness.Clock.GetUtcNow();
        var made = (await harness.WriteAsync("fake/creds/a", """{"ttl":"9h"}""", owner)).Ok();
        Assert.Equal("lease", (string)made.Json["limited_by"]!);

        (await harness.WriteAsync("auth/token/roles/short", """{"token_explicit_max_ttl":"2h"}""")).Ok();

        var lookup = (await harness.WriteAsync("sys/leases/lookup", $$"""{"lease_id":"{{made.LeaseId}}"}""")).Ok();
        Assert.Equal("token", (string)lookup.Data["limited_by"]!);
        Assert.Equal(start.AddHours(2), TimeOf(lookup.Data["expire_time"]));
    }

    private static async Task<string> OwnerAsync(KernelHarness harness, string kind)
    {
        switch (kind)
        {
            case "not renewable":
                return (await harness.TokenAsync("""{"ttl":"1h","renewable":false}""")).ClientToken;
            case "explicit maximum":
                return (await harness.TokenAsync("""{"ttl":"1h","explicit_max_ttl":"90m"}""")).ClientToken;
            case "explicit maximum of a periodic token":
                return (await harness.TokenAsync("""{"period":"1h","explicit_max_ttl":"90m"}""")).ClientToken;
            case "maximum of the mount":
                (await harness.WriteAsync("sys/auth/token/tune", """{"max_lease_ttl":"3h"}""")).Ok();
                return (await harness.TokenAsync("""{"ttl":"1h"}""")).ClientToken;
            case "maximum of the parent":
                var parent = await harness.TokenAsync("""{"ttl":"1h","explicit_max_ttl":"90m"}""");
                return (await harness.TokenAsync("""{"ttl":"1h"}""", parent.ClientToken)).ClientToken;
            case "batch":
                return (await harness.TokenAsync("""{"type":"batch","ttl":"1h"}""")).ClientToken;
            case "periodic":
                return (await harness.TokenAsync("""{"period":"1h"}""")).ClientToken;
            case "root":
                return harness.Root;
            case "maximum of the login":
                await harness.TokenAsync();
                (await harness.WriteAsync("sys/auth/people", """{"type":"fakelogin"}""")).Ok();
                return (await harness.WriteAsync("auth/people/login", """{"name":"kim","policies":"all","ttl":"1h","max_ttl":"2h"}""", "")).Ok().ClientToken;
            default:
                var role = kind == "periodic by its role" ? """{"allowed_policies":"all","token_period":"1h"}""" : """{"allowed_policies":"all","token_explicit_max_ttl":"90m"}""";
                await harness.TokenAsync();
                (await harness.WriteAsync("auth/token/roles/r", role)).Ok();
                return (await harness.WriteAsync("auth/token/create/r", """{"ttl":"1h"}""")).Ok().ClientToken;
        }
    }

    [Fact]
    public async Task A_renewal_says_what_limits_it_now()
    {
        await using var harness = await KernelHarness.StartAsync();
        (await harness.WriteAsync("sys/mounts/fake/tune", """{"max_lease_ttl":"2h"}""")).Ok();
        var made = (await harness.WriteAsync("fake/creds/a", """{"ttl":"1h"}""")).Ok();
        harness.Clock.Advance(TimeSpan.FromMinutes(50));

        var renewed = (await harness.WriteAsync("sys/leases/renew", $$"""{"lease_id":"{{made.LeaseId}}","increment":"5h"}""")).Ok();

        Assert.Equal("mount_max_ttl", (string)renewed.Json["limited_by"]!);
        Assert.Equal(harness.Clock.GetUtcNow().AddMinutes(70), TimeOf(renewed.Json["expire_time"]));
        Assert.InRange(TimeOf(renewed.Json["recommended_refresh_at"]), harness.Clock.GetUtcNow().AddMinutes(46), harness.Clock.GetUtcNow().AddMinutes(47));
    }

    [Fact]
    public async Task A_token_says_when_it_is_made_looked_up_and_renewed_what_limits_it()
    {
        await using var harness = await KernelHarness.StartAsync();
        (await harness.WriteAsync("sys/auth/people", """{"type":"fakelogin","config":{"max_lease_ttl":"1h"}}""")).Ok();
        var login = (await harness.WriteAsync("auth/people/login", """{"name":"kim"}""", "")).Ok();
        var made = await harness.TokenAsync("""{"ttl":"1h","explicit_max_ttl":"90m"}""");
        var lookup = (await harness.ReadAsync("auth/token/lookup-self", made.ClientToken)).Ok();
        var start = harness.Clock.GetUtcNow();
        harness.Clock.Advance(TimeSpan.FromMinutes(45));

        var renewed = (await harness.WriteAsync("auth/token/renew-self", """{"increment":"2h"}""", made.ClientToken)).Ok();

        Assert.Equal("lease", (string)login.Json["limited_by"]!);
        foreach (var shown in new[] { made.Json, lookup.Data })
        {
            Assert.Equal("lease", (string)shown["limited_by"]!);
            Assert.Equal(start.AddHours(1), TimeOf(shown["expire_time"]));
            Assert.Equal(start.AddMinutes(40), TimeOf(shown["recommended_refresh_at"]));
        }

        var after = (await harness.ReadAsync("auth/token/lookup-self", made.ClientToken)).Ok();
        foreach (var shown in new[] { renewed.Json, after.Data })
        {
            Assert.Equal("explicit_max_ttl", (string)shown["limited_by"]!);
            Assert.Equal(start.AddMinutes(90), TimeOf(shown["expire_time"]));
            Assert.Equal(start.AddMinutes(75), TimeOf(shown["recommended_refresh_at"]));
        }

        Assert.Null((await harness.ReadAsync("auth/token/lookup-self")).Ok().Data["limited_by"]);
    }

    private static DateTimeOffset TimeOf(System.Text.Json.Nodes.JsonNode? node) => DateTimeOffset.Parse((string)node!, CultureInfo.InvariantCulture);
}
