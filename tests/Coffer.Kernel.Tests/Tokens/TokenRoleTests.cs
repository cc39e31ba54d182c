using System.Text.Json.Nodes;
using Coffer.Kernel.Tests.Harness;

namespace Coffer.Kernel.Tests.Tokens;

public sealed class TokenRoleTests
{
    /// <summary>Each deprecated field with its name of today and two values.</summary>
    public static TheoryData<string, string, string, string> Renamed => new()
    {
        { "period", "token_period", "300", "360" },
        { "explicit_max_ttl", "token_explicit_max_ttl", "3600", "7200" },
        { "bound_cidrs", "token_bound_cidrs", """["10.0.0.0/8"]""", """["127.0.0.0/8"]""" },
    };

    [Theory]
    [MemberData(nameof(Renamed))]
    public async Task A_value_of_a_deprecated_field_is_shown_under_both_names_until_its_new_name_is_written(
        string old, string current, string first, string second)
    {
        await using var harness = await KernelHarness.StartAsync();
        var everyOld = new JsonObject(Renamed.Select(row => KeyValuePair.Create((string)row.Data.Item1, JsonNode.Parse((string)row.Data.Item3))));
        await WriteAsync(harness, everyOld.ToJsonString());

        var written = await ReadAsync(harness);
        await WriteAsync(harness, $$"""{"{{current}}":{{second}}}""");
        var rewritten = await ReadAsync(harness);

        Assert.Equal(first, written[old]!.ToJsonString());
        Assert.Equal(first, written[current]!.ToJsonString());
        Assert.NotEqual(second, rewritten[old]?.ToJsonString());
        Assert.Equal(second, rewritten[current]!.ToJsonString());
        Assert.All(Renamed.Where(row => row.Data.Item1 != old), row => Assert.Equal(row.Data.Item3, rewritten[row.Data.Item1]!.ToJsonString()));
    }

    [Theory]
    [MemberData(nameof(Renamed))]
    public async Task A_deprecated_field_beside_its_new_name_is_ignored_with_a_warning(string old, string current, string first, string second)
    {
        await using var harness = await KernelHarness.StartAsync();

        var answer = await WriteAsync(harness, $$"""{"{{old}}":{{first}},"{{current}}":{{second}}}""");

        Assert.Equal($"Both '{current}' and deprecated '{old}' value supplied, ignoring the deprecated value", (string)Assert.Single(answer.Json["warnings"]!.AsArray())!);
        Assert.Equal(second, (await ReadAsync(harness))[current]!.ToJsonString());
    }

    [Theory]
    [InlineData("token_explicit_max_ttl")]
    [InlineData("explicit_max_ttl")]
    public async Task A_maximum_beyond_that_of_the_mount_is_stored_with_a_warning_and_its_tokens_live_no_longer_than_the_mount_allows(string field)
    {
        await using var harness = await KernelHarness.StartAsync();

        var answer = await WriteAsync(harness, $$"""{"{{field}}":"9000h"}""");
        var token = (await harness.WriteAsync("auth/token/create/r", """{"policies":["default"],"ttl":"9000h"}""")).Ok();

        Assert.Contains("explicit max TTL of 32400000 is greater than system/mount allowed value of 2764800 seconds", (string)Assert.Single(answer.Json["warnings"]!.AsArray())!, StringComparison.Ordinal);
        Assert.Equal(2764800, (long)token.Json["auth"]!["lease_duration"]!);
    }

    private static async Task<Answer> WriteAsync(KernelHarness harness, string body) => (await harness.WriteAsync("auth/token/roles/r", body)).Ok();

    private static async Task<JsonNode> ReadAsync(KernelHarness harness) => (await harness.ReadAsync("auth/token/roles/r")).Ok().Data;
}
