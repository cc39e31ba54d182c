using System.Text.Json;
using Coffer.Kernel.Requests;
using Coffer.Kernel.Tests.Harness;
using Coffer.Sdk.Engines;
using Coffer.Testing;

namespace Coffer.Kernel.Tests.Sys;

public class MetricsTests
{
    [Fact]
    public async Task Counters_grow_with_requests_tokens_and_leases_and_gauges_show_how_many_there_are()
    {
        await using var kernel = await KernelHarness.StartAsync();
        var before = Parse((await kernel.SendAsync(Operation.Read, "sys/metrics", """{"format":"prometheus"}""")).Body);
        var token = (await kernel.TokenAsync()).ClientToken;
        (await kernel.ReadAsync("fake/creds/one", token)).Ok();
        await kernel.ReadAsync("fake/creds/one", "no-such-token");

        kernel.Clock.Advance(TimeSpan.FromSeconds(10));
        var after = Parse((await kernel.SendAsync(Operation.Read, "sys/metrics", """{"format":"prometheus"}""")).Body);

        Assert.Equal(5, after["vault_core_handle_request_count"] - before["vault_core_handle_request_count"]);
        Assert.Equal(1, after["vault_token_creation"] - before["vault_token_creation"]);
        Assert.Equal(1, after["vault_secret_lease_creation"]);
        Assert.Equal(1, after["vault_core_refused_request"]);
        Assert.Equal(2, after["vault_expire_num_leases"]);
        Assert.Equal(before["vault_token_count"] + 1, after["vault_token_count"]);
        Assert.Equal(1, after["vault_core_in_flight_requests"]);
    }

    [Fact]
    public async Task What_was_made_and_revoked_is_in_the_gauges_ten_seconds_later()
    {
        await using var kernel = await KernelHarness.StartAsync();
        var (leases, tokens) = await CountAsync();
        var token = (await kernel.TokenAsync()).ClientToken;
        (await kernel.ReadAsync("fake/creds/one", token)).Ok();

        kernel.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal((leases + 2, tokens + 1), await CountAsync());
        (await kernel.WriteAsync("auth/token/revoke-self", null, token)).Is(204);
        await kernel.IdleAsync();

        kernel.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal((leases, tokens), await CountAsync());

        async Task<(double Leases, int Tokens)> CountAsync()
        {
            var gauges = Parse((await kernel.SendAsync(Operation.Read, "sys/metrics", """{"format":"prometheus"}""")).Body);
            var counted = (int)(await kernel.ReadAsync("sys/internal/counters/tokens")).Ok().Data["counters"]!["service_tokens"]!["total"]!;
            Assert.Equal(counted, gauges["vault_token_count"]);
            return (gauges["vault_expire_num_leases"], counted);
        }
    }

    [Fact]
    public async Task Leases_and_the_store_are_counted_with_the_time_they_took()
    {
        await using var kernel = await KernelHarness.StartAsync();
        var before = Parse((await kernel.SendAsync(Operation.Read, "sys/metrics", """{"format":"prometheus"}""")).Body);
        kernel.World.During = _ =>
        {
            kernel.Clock.Advance(TimeSpan.FromMilliseconds(250));
            return Task.CompletedTask;
        };
        var lease = (await kernel.WriteAsync("fake/creds/one", """{"ttl":"1h"}""")).Ok().LeaseId;
        (await kernel.WriteAsync("sys/leases/renew", $$"""{"lease_id":"{{lease}}"}""")).Ok();
        (await kernel.WriteAsync("sys/leases/revoke", $$"""{"lease_id":"{{lease}}"}""")).Ok();
        (await kernel.SendAsync(Operation.List, "sys/leases/lookup", null)).Is(404);

        var after = Parse((await kernel.SendAsync(Operation.Read, "sys/metrics", """{"format":"prometheus"}""")).Body);

        foreach (var what in new[] { "register", "renew", "revoke" })
        {
            Assert.Equal(1, after[$"vault_expire_{what}_count"]);
            Assert.Equal(250, after[$"vault_expire_{what}_sum"]);
        }

        Assert.Equal(0, after["vault_expire_revoke_bucket{outcome=\"removed\",le=\"100\"}"]);
        Assert.Equal(1, after["vault_expire_revoke_bucket{outcome=\"removed\",le=\"250\"}"]);
        Assert.Equal(1, after["vault_expire_revoke_bucket{outcome=\"removed\",le=\"+Inf\"}"]);

        Assert.All(["get", "put", "delete", "list"], what => Assert.True(after[$"vault_barrier_{what}_count"] > before[$"vault_barrier_{what}_count"], what));
    }

    [Fact]
    public async Task Requests_are_counted_by_operation_type_of_mount_and_class_of_status()
    {
        await using var kernel = await KernelHarness.StartAsync();
        (await kernel.WriteAsync("fake/items/one", """{"value":"x"}""")).Ok();
        (await kernel.ReadAsync("fake/items/one")).Ok();
        (await kernel.ReadAsync("fake/items/one")).Ok();
        (await kernel.ReadAsync("fake/items/none")).Is(404);
        (await kernel.ReadAsync("no-such-mount/a")).Is(404);
        (await kernel.SendAsync(Operation.Read, "sys/health", null)).Is(200);

        var after = Parse((await kernel.SendAsync(Operation.Read, "sys/metrics", """{"format":"prometheus"}""")).Body);

        Assert.Equal(2, after["vault_core_handle_request_count{operation=\"read\",mount_type=\"fake\",status=\"2xx\"}"]);
        Assert.Equal(1, after["vault_core_handle_request_count{operation=\"update\",mount_type=\"fake\",status=\"2xx\"}"]);
        Assert.Equal(1, after["vault_core_handle_request_count{operation=\"read\",mount_type=\"fake\",status=\"4xx\"}"]);
        Assert.Equal(1, after["vault_core_handle_request_count{operation=\"read\",mount_type=\"none\",status=\"4xx\"}"]);
        Assert.True(after["vault_core_handle_request_count{operation=\"read\",mount_type=\"system\",status=\"2xx\"}"] >= 1);
    }

    [Fact]
    public async Task The_JSON_form_has_the_same_numbers_with_labels_as_an_object()
    {
        await using var kernel = await KernelHarness.StartAsync();
        var lease = (await kernel.WriteAsync("fake/creds/one", """{"ttl":"1h"}""")).Ok().LeaseId;
        (await kernel.WriteAsync("sys/leases/revoke", $$"""{"lease_id":"{{lease}}"}""")).Ok();

        using var json = JsonDocument.Parse((await kernel.ReadAsync("sys/metrics")).Body);

        var made = One("Counters", "vault.secret.lease.creation");
        Assert.Equal(1, made.GetProperty("Count").GetInt64());
        Assert.Equal("fake", made.GetProperty("Labels").GetProperty("secret_engine").GetString());
        var revoked = One("Samples", "vault.expire.revoke");
        Assert.Equal(1, revoked.GetProperty("Count").GetInt64());
        Assert.Equal("removed", revoked.GetProperty("Labels").GetProperty("outcome").GetString());
        Assert.Equal(0, One("Counters", "vault.core.failed_request").GetProperty("Count").GetInt64());
        Assert.Equal(1, One("Gauges", "vault.core.unsealed").GetProperty("Value").GetInt64());

        System.Text.Json.JsonElement One(string kind, string name) =>
            json.RootElement.GetProperty(kind).EnumerateArray().Single(shown => shown.GetProperty("Name").GetString() == name);
    }

    [Fact]
    public async Task Tokens_are_counted_by_their_kind()
    {
        await using var kernel = await KernelHarness.StartAsync();
        await kernel.TokenAsync();
        await kernel.TokenAsync("""{"type":"batch"}""");
        await kernel.TokenAsync("""{"type":"batch"}""");

        var counted = Parse((await kernel.SendAsync(Operation.Read, "sys/metrics", """{"format":"prometheus"}""")).Body);

        Assert.Equal(1, counted["vault_token_creation{auth_method=\"token\",token_type=\"service\"}"]);
        Assert.Equal(2, counted["vault_token_creation{auth_method=\"token\",token_type=\"batch\"}"]);
    }

    [Fact]
    public async Task Counts_of_one_kernel_are_not_those_of_another_in_the_same_process()
    {
        await using var one = await KernelHarness.StartAsync();
        await using var other = await KernelHarness.StartAsync();
        await one.TokenAsync();

        var counted = Parse((await one.SendAsync(Operation.Read, "sys/metrics", """{"format":"prometheus"}""")).Body);
        var elsewhere = Parse((await other.SendAsync(Operation.Read, "sys/metrics", """{"format":"prometheus"}""")).Body);

        Assert.Equal(1, counted["vault_token_creation"]);
        Assert.Equal(0, elsewhere["vault_token_creation"]);
    }

    [Fact]
    public async Task A_request_for_counts_that_are_not_kept_is_answered_with_the_reason()
    {
        await using var kernel = await KernelHarness.StartAsync();

        foreach (var path in new[] { "activity", "activity/monthly" })
        {
            Assert.Contains("does not count clients", (await kernel.ReadAsync($"sys/internal/counters/{path}")).Is(200).Body, StringComparison.Ordinal);
        }

        Assert.Equal("default-disabled", (string)(await kernel.ReadAsync("sys/internal/counters/config")).Ok().Data["enabled"]!);
        Assert.Contains("sys/metrics", (await kernel.ReadAsync("sys/internal/counters/requests")).Is(404).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_metrics_hold_no_path_and_no_name()
    {
        await using var kernel = await KernelHarness.StartAsync();
        (await kernel.WriteAsync("fake/items/very-private-name", """{"value":"very-private-value"}""")).Ok();

        Assert.DoesNotContain("private", (await kernel.SendAsync(Operation.Read, "sys/metrics", """{"format":"prometheus"}""")).Body, StringComparison.Ordinal);
        Assert.DoesNotContain("private", (await kernel.ReadAsync("sys/metrics")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_format_and_a_token_without_the_right_are_refused()
    {
        await using var kernel = await KernelHarness.StartAsync();
        await kernel.WriteAsync("sys/policies/acl/none", """{"policy":"# none"}""");
        var token = (await kernel.WriteAsync("auth/token/create", """{"policies":["none"]}""")).ClientToken;

        (await kernel.SendAsync(Operation.Read, "sys/metrics", """{"format":"carrier-pigeon"}""")).Is(400);
        (await kernel.ReadAsync("sys/metrics", token)).Is(403);
        (await kernel.ReadAsync("sys/host-info", token)).Is(403);
    }

    [Fact]
    public async Task A_listener_that_shows_metrics_without_a_token_shows_them_and_they_are_counted_and_a_sealed_server_shows_what_it_knows()
    {
        await using var kernel = await KernelHarness.StartAsync();
        Assert.True(CanonicalPath.TryParse("sys/metrics", out var path, out _));
        var request = new ApiRequest
        {
            Id = "1",
            Path = path,
            Operation = Operation.Read,
            Data = JsonElement.Parse("""{"format":"prometheus"}"""),
            OpenMetrics = true,
        };
        (await kernel.SendAsync(request with { OpenMetrics = false })).Is(403);

        var (first, second) = (await kernel.SendAsync(request), await kernel.SendAsync(request));
        Assert.Equal(200, first.Status);
        Assert.Contains("vault_core_unsealed 1\n", first.Body, StringComparison.Ordinal);
        Assert.Equal(1, Parse(second.Body)["vault_core_handle_request_count"] - Parse(first.Body)["vault_core_handle_request_count"]);
        (await kernel.SendAsync(request with { Operation = Operation.Update })).Is(405);
        kernel.Store.DieAtCall(kernel.Store.Calls + 1, FaultMoment.Before);
        kernel.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Contains("vault_core_unsealed 1\n", (await kernel.SendAsync(request)).Ok().Body, StringComparison.Ordinal);
        kernel.Store.Heal();
        await kernel.SealAsync();
        var locked = (await kernel.SendAsync(request)).Ok().Body;
        Assert.Contains("vault_core_unsealed 0\n", locked, StringComparison.Ordinal);
        Assert.DoesNotContain("vault_token_count", locked, StringComparison.Ordinal);
        (await kernel.SendAsync(request with { OpenMetrics = false })).Is(503);
    }

    /// <summary>Each series by its name with its labels, and by its name alone the sum of all series that have it.</summary>
    private static Dictionary<string, double> Parse(string text)
    {
        var values = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#'))
        {
            var parts = line.Split(' ');
            var value = double.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture);
            var name = parts[0].Split('{')[0];
            values[name] = values.GetValueOrDefault(name) + value;
            values[parts[0]] = name == parts[0] ? values[name] : value;
        }

        return values;
    }
}
