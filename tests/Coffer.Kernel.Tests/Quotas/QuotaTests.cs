using Coffer.Audit.Tests;
using Coffer.Kernel.Requests;
using Coffer.Kernel.Tests.Audit;
using Coffer.Kernel.Tests.Harness;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Primitives;

namespace Coffer.Kernel.Tests.Quotas;

public class QuotaTests
{
    [Fact]
    public async Task The_narrowest_rule_alone_counts_for_each_address_by_itself()
    {
        await using var kernel = await KernelHarness.StartAsync();
        await PutAsync(kernel, "rate-limit/everything", """{"rate":1000,"interval":"1h"}""");
        await PutAsync(kernel, "rate-limit/mount", """{"path":"fake","rate":3,"interval":"1h"}""");
        await PutAsync(kernel, "rate-limit/folder", """{"path":"fake/items/*","rate":2,"interval":"1h"}""");
        await PutAsync(kernel, "rate-limit/one", """{"path":"fake/items/a","rate":1,"interval":"1h"}""");

        await TakesAsync(kernel, "fake/items/a", 1, "one");
        await TakesAsync(kernel, "fake/items/b", 2, "folder");
        await TakesAsync(kernel, "fake/open", 3, "mount");
        Assert.NotEqual(429, (await kernel.SendAsync(Operation.Read, "fake/items/a", null, address: "10.1.1.1")).Status);
        (await kernel.ReadAsync("sys/mounts")).Ok();

        kernel.Clock.Advance(TimeSpan.FromHours(1));
        Assert.NotEqual(429, (await kernel.ReadAsync("fake/items/a")).Status);
    }

    [Fact]
    public async Task A_login_is_counted_by_its_role_and_before_the_token_is_looked_at()
    {
        await using var kernel = await KernelHarness.StartAsync();
        (await kernel.WriteAsync("sys/auth/people", """{"type":"fakelogin"}""")).Ok();
        await PutAsync(kernel, "rate-limit/role", """{"path":"auth/people","role":"busy","rate":1,"interval":"1h"}""");
        const string Busy = """{"name":"kim","role":"busy"}""";

        (await kernel.WriteAsync("auth/people/login", Busy, "")).Ok();
        (await kernel.WriteAsync("auth/people/login", Busy, "no-such-token")).Is(429);
        (await kernel.WriteAsync("auth/people/login", """{"name":"kim","role":"calm"}""", "")).Ok();
    }

    [Fact]
    public async Task A_refusal_names_the_quota_and_the_wait_and_is_told_in_headers_where_that_is_on()
    {
        await using var kernel = await KernelHarness.StartAsync();
        await PutAsync(kernel, "rate-limit/tight", """{"path":"fake","rate":2,"interval":"1m","block_interval":"90s"}""");
        (await kernel.WriteAsync("sys/quotas/config", """{"enable_rate_limit_response_headers":true}""")).Ok();

        var first = await SendAsync(kernel);
        await SendAsync(kernel);
        var refused = await SendAsync(kernel);

        Assert.Equal("2", Header(first, "X-Ratelimit-Limit"));
        Assert.Equal("1", Header(first, "X-Ratelimit-Remaining"));
        Assert.Equal(429, refused.Status);
        Assert.Contains("rate limit quota exceeded: quota \\\"tight\\\" allows 2 requests in 60 s; try again in 90 s", Answer.Of(refused).Body, StringComparison.Ordinal);
        Assert.Equal("90", Header(refused, "Retry-After"));
        Assert.Equal("0", Header(refused, "X-Ratelimit-Remaining"));
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    public async Task A_refused_request_is_audited_where_that_is_on(bool audited, int entries)
    {
        await using var server = await AuditServer.StartAsync();
        await server.OkAsync(Operation.Update, "sys/quotas/rate-limit/tight", """{"path":"auth/token","rate":1,"interval":"1h"}""");
        await server.OkAsync(Operation.Update, "sys/quotas/config", $$"""{"enable_rate_limit_audit_logging":{{(audited ? "true" : "false")}}}""");
        var file = await server.EnableAsync();
        await server.SendAsync(Operation.Read, "auth/token/lookup-self");

        Assert.Equal(429, (await server.SendAsync(Operation.Read, "auth/token/lookup-self")).Status);

        var refused = AuditFiles.Entries(file).Where(entry => entry.TryGetProperty("error", out var error) && error.GetString()!.Contains("rate limit quota exceeded", StringComparison.Ordinal));
        Assert.Equal(entries, refused.Count());
    }

    [Fact]
    public async Task Exempt_paths_have_no_limit_and_a_rule_that_goes_takes_its_limit_along()
    {
        await using var kernel = await KernelHarness.StartAsync();
        (await kernel.WriteAsync("sys/quotas/config", """{"rate_limit_exempt_paths":["/v1/fake/open","sys/*"]}""")).Ok();
        await PutAsync(kernel, "rate-limit/all", """{"rate":1,"interval":"1h"}""");

        await TakesAsync(kernel, "fake/counter", 1, "all");
        for (var i = 0; i < 5; i++)
        {
            (await kernel.ReadAsync("fake/open")).Ok();
        }

        (await kernel.SendAsync(Operation.Delete, "sys/quotas/rate-limit/all", null)).Ok();
        (await kernel.ReadAsync("fake/counter")).Ok();
    }

    [Fact]
    public async Task No_more_leases_are_made_than_a_quota_allows_however_many_ask_at_once()
    {
        await using var kernel = await KernelHarness.StartAsync();
        await PutAsync(kernel, "lease-count/few", """{"path":"fake","max_leases":5}""");

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => kernel.ReadAsync("fake/creds/one")));

        Assert.Equal(5, answers.Count(answer => answer.IsOk));
        Assert.All(answers.Where(answer => !answer.IsOk), answer => Assert.Contains("quota \\\"few\\\" allows 5 leases", answer.Is(429).Body, StringComparison.Ordinal));
        Assert.Equal(5, (await kernel.LeasesAsync()).Count);
        Assert.Equal(5, kernel.World.Secrets.Count);

        (await kernel.WriteAsync("sys/leases/revoke", $$"""{"lease_id":"{{answers.First(answer => answer.IsOk).LeaseId}}"}""")).Ok();
        kernel.Clock.Advance(TimeSpan.FromSeconds(2));
        (await kernel.ReadAsync("fake/creds/one")).Ok();
        (await kernel.ReadAsync("fake/creds/one")).Is(429);
    }

    [Fact]
    public async Task Leases_from_before_a_restart_count_and_those_of_other_paths_do_not()
    {
        await using var kernel = await KernelHarness.StartAsync();
        await PutAsync(kernel, "lease-count/one", """{"path":"fake/creds/one","max_leases":1}""");
        (await kernel.ReadAsync("fake/creds/one")).Ok();
        await kernel.RestartAsync();

        (await kernel.ReadAsync("fake/creds/one")).Is(429);
        (await kernel.ReadAsync("fake/creds/one2")).Ok();
        (await kernel.ReadAsync("fake/creds/one2")).Ok();
    }

    [Fact]
    public async Task Tokens_count_as_leases_of_where_they_come_from()
    {
        await using var kernel = await KernelHarness.StartAsync();
        (await kernel.WriteAsync("sys/auth/people", """{"type":"fakelogin"}""")).Ok();
        await PutAsync(kernel, "lease-count/people", """{"path":"auth/people","max_leases":1}""");
        await PutAsync(kernel, "lease-count/tokens", """{"path":"auth/token","max_leases":1}""");

        (await kernel.WriteAsync("auth/people/login", """{"name":"kim"}""", "")).Ok();
        (await kernel.WriteAsync("auth/people/login", """{"name":"kim"}""", "")).Is(429);
        var token = (await kernel.WriteAsync("auth/token/create", """{"ttl":"1h"}""")).Ok().ClientToken;
        (await kernel.WriteAsync("auth/token/create", """{"ttl":"1h"}""")).Is(429);
        (await kernel.WriteAsync("auth/token/renew-self", "{}", token)).Ok();
    }

    [Theory]
    [InlineData("rate-limit/a", """{"rate":"NaN"}""", "expected a number")]
    [InlineData("rate-limit/a", """{"rate":1e300}""", "'rate' is invalid")]
    [InlineData("rate-limit/a", """{"rate":1e-300}""", "'rate' is invalid")]
    [InlineData("rate-limit/a", """{"rate":1,"interval":"99999h"}""", "a year at most")]
    [InlineData("rate-limit/a", """{"rate":1,"block_interval":"99999h"}""", "a year at most")]
    [InlineData("rate-limit/a", """{"rate":1,"path":"fake/a*b"}""", "at its end only")]
    [InlineData("rate-limit/a", """{"rate":1,"path":"fake","role":"r"}""", "auth method's mount")]
    [InlineData("rate-limit/a", """{"rate":1,"path":"gone"}""", "invalid mount path")]
    [InlineData("lease-count/a", """{"max_leases":0}""", "'max_leases' is invalid")]
    [InlineData("lease-count/a", """{"max_leases":5,"path":"auth/token","role":"r"}""", "not available for lease-count")]
    public async Task A_quota_that_makes_no_sense_is_refused_and_nothing_is_stored(string path, string body, string expected)
    {
        await using var kernel = await KernelHarness.StartAsync();

        Assert.Contains(expected, (string)(await kernel.WriteAsync("sys/quotas/" + path, body)).Is(400).Json["errors"]![0]!, StringComparison.Ordinal);
        (await kernel.ReadAsync("sys/quotas/" + path)).Is(404);
    }

    [Fact]
    public async Task A_mount_that_is_disabled_takes_its_quotas_along_and_leaves_those_of_others()
    {
        await using var kernel = await KernelHarness.StartAsync();
        (await kernel.WriteAsync("sys/mounts/other", """{"type":"fake"}""")).Ok();
        (await kernel.WriteAsync("sys/auth/people", """{"type":"fakelogin"}""")).Ok();
        await PutAsync(kernel, "rate-limit/everything", """{"rate":1000}""");
        await PutAsync(kernel, "rate-limit/mount", """{"path":"fake","rate":3}""");
        await PutAsync(kernel, "rate-limit/below", """{"path":"fake/items/*","rate":3}""");
        await PutAsync(kernel, "lease-count/leases", """{"path":"fake","max_leases":5}""");
        await PutAsync(kernel, "rate-limit/role", """{"path":"auth/people","role":"busy","rate":1}""");
        await PutAsync(kernel, "rate-limit/other", """{"path":"other","rate":3}""");
        (await kernel.WriteAsync("fake/creds/a")).Ok();
        (await kernel.WriteAsync("sys/remount", """{"from":"fake","to":"moved"}""")).Ok();
        await kernel.IdleAsync();

        (await kernel.SendAsync(Operation.Delete, "sys/mounts/moved", null)).Is(204);
        (await kernel.SendAsync(Operation.Delete, "sys/auth/people", null)).Is(204);

        var left = (await kernel.SendAsync(Operation.List, "sys/quotas/rate-limit", null)).Ok();
        Assert.Equal(["everything", "other"], left.Data["keys"]!.AsArray().Select(key => (string)key!));
        (await kernel.SendAsync(Operation.List, "sys/quotas/lease-count", null)).Is(404);
        (await kernel.ReadAsync("sys/quotas/rate-limit/mount")).Is(404);
        Assert.Equal("other/", (string)(await kernel.ReadAsync("sys/quotas/rate-limit/other")).Ok().Data["path"]!);
    }

    private static async Task PutAsync(KernelHarness kernel, string path, string body) => (await kernel.WriteAsync("sys/quotas/" + path, body)).Ok();

    private static async Task TakesAsync(KernelHarness kernel, string path, int count, string quota)
    {
        for (var i = 0; i < count; i++)
        {
            Assert.NotEqual(429, (await kernel.ReadAsync(path)).Status);
        }

        Assert.Contains($"quota \\\"{quota}\\\"", (await kernel.ReadAsync(path)).Is(429).Body, StringComparison.Ordinal);
    }

    private static async Task<ApiReply> SendAsync(KernelHarness kernel)
    {
        Assert.True(CanonicalPath.TryParse("fake/open", out var path, out _));
        var request = new ApiRequest { Id = SystemRandom.Instance.Uuid(), Path = path, Operation = Operation.Read, RemoteAddress = "127.0.0.1" };
        return await kernel.Kernel.Requests.HandleAsync(request, TestContext.Current.CancellationToken);
    }

    private static string? Header(ApiReply reply, string name) => reply.Headers.FirstOrDefault(header => header.Key == name).Value;
}
