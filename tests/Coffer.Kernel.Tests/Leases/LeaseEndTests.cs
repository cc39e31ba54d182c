using System.Globalization;
using Coffer.Kernel.Tests.Harness;

namespace Coffer.Kernel.Tests.Leases;

/// <summary>Clients are told when a lease truly ends, what decided it, and when to come back.</summary>
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
        await harness.AdvanceUntilAsync(() => Task.FromResult(harness.World.Secrets.Count == 0), TimeSpan.FromSeconds(1));
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
