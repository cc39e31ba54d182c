using System.Text.Json.Nodes;
using Coffer.Kernel.Tests.Harness;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.Tests.Engines;

/// <summary>What engines that make users take from the server: password policies and name templates.</summary>
public sealed class AccountTests
{
    private const string Template = "{{ printf \"v-%s-%s-%s\" .DisplayName (.RoleName | truncate 4) (random 8) | lowercase }}";

    [Fact]
    public async Task An_engine_makes_names_by_a_template_and_passwords_by_a_policy_of_the_server()
    {
        await using var harness = await StartAsync();

        var made = (await CreateAsync(harness, "reporting", Template, "strict")).Ok();

        Assert.Matches("^v-root-repo-[0-9a-z]{8}$", (string)made.Data["username"]!);
        Assert.Matches("^[ab]{12}$", (string)made.Data["password"]!);
        Assert.Equal(made.LeaseId, Assert.Single(await harness.LeasesAsync()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("absent")]
    [InlineData("/")]
    [InlineData("a/../strict")]
    [InlineData("strict/generate")]
    public async Task A_policy_that_is_not_there_is_none(string name)
    {
        await using var harness = await StartAsync();
        (await CreateAsync(harness, "r", Template, name)).Is(400);
        (await CreateAsync(harness, "r", Template, "\0")).Is(400);
        (await CreateAsync(harness, "r", Template, new string('x', 10_000))).Is(400);
    }

    [Fact]
    public async Task A_template_may_use_only_the_fields_that_its_engine_names()
    {
        await using var harness = await StartAsync();
        var refused = await CreateAsync(harness, "r", "{{ .PolicyName }}", "strict");
        Assert.Contains("there are .DisplayName, .RoleName", refused.Is(400).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_that_changes_while_an_account_is_planned_counts_as_it_is_then()
    {
        await using var harness = await StartAsync();
        var changed = false;
        harness.Store.BeforeCommit = async batch =>
        {
            if (!changed && batch.Writes.Any(write => write.Key.StartsWith("lease/id/", StringComparison.Ordinal)))
            {
                changed = true;
                (await harness.SendAsync(Operation.Delete, "sys/policies/password/strict", null)).Is(204);
            }
        };

        (await CreateAsync(harness, "r", Template, "strict")).Is(400);

        Assert.True(changed);
        Assert.Empty(await harness.LeasesAsync());
    }

    private static async Task<KernelHarness> StartAsync()
    {
        var harness = await KernelHarness.StartAsync(engines: [AccountEngine.Type]);
        (await harness.WriteAsync("sys/mounts/account", """{"type":"account"}""")).Is(204);
        (await harness.WriteAsync("sys/policies/password/strict", """{"policy":"length = 12\nrule \"charset\" { charset = \"ab\" }"}""")).Is(204);
        return harness;
    }

    private static Task<Answer> CreateAsync(KernelHarness harness, string role, string template, string policy) =>
        harness.WriteAsync($"account/creds/{role}", new JsonObject { ["username_template"] = template, ["password_policy"] = policy }.ToJsonString());
}
