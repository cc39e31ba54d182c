using Coffer.Kernel.Tests.Harness;
using Coffer.Kernel.Tidying;
using Coffer.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Coffer.Kernel.Tests.Transactions;

/// <summary>What has come apart in the store, by damage or a half restore, is found and repaired; what is whole stays as it is.</summary>
public sealed class TidyTests
{
    private const string NoToken = "0V76xO7EPJVMdlbLS6LAnaHg";

    [Fact]
    public async Task A_whole_store_is_left_as_it_is()
    {
        await using var harness = await KernelHarness.StartAsync();
        var token = await harness.TokenAsync("""{"ttl":"1h","id":"mine"}""");
        (await harness.WriteAsync("auth/token/create", """{"ttl":"1h","policies":["all"]}""", token.ClientToken)).Ok();
        (await harness.WriteAsync("fake/creds/a", null, token.ClientToken)).Ok();
        (await harness.SendAsync(Coffer.Sdk.Engines.Operation.Read, "auth/token/lookup-self", null, token.ClientToken, TimeSpan.FromMinutes(5))).Ok();
        await ChangeAsync(harness, await CubbyholeKeyAsync(harness, token.Accessor), [1]);
        var before = await harness.KeysAsync("");

        foreach (var path in (string[])["auth/token", "sys/leases"])
        {
            var status = await TidyAsync(harness, path);
            Assert.All(Counts(status), count => Assert.Equal(0, count.Repaired));
            Assert.Contains(Counts(status), count => count.Checked > 0);
        }

        Assert.Equal(before, await harness.KeysAsync(""));
        Assert.Empty(harness.Failures);
    }

    [Theory]
    [InlineData(false, LogLevel.Information, "1 checked, 0 repaired, 0 unreadable")]
    [InlineData(true, LogLevel.Warning, "1 checked, 1 repaired, 0 unreadable")]
    public async Task The_log_says_how_a_tidy_came_out_and_warns_where_something_was_repaired(bool damaged, LogLevel level, string count)
    {
        await using var harness = await KernelHarness.StartAsync();
        (await harness.WriteAsync("fake/creds/a", """{"ttl":"1h"}""")).Ok();
        if (damaged)
        {
            await ChangeAsync(harness, Assert.Single(await harness.KeysAsync("due/"), key => key.Contains("/l/", StringComparison.Ordinal)), null);
        }

        await TidyAsync(harness, "sys/leases");

        var ended = Assert.Single(harness.Events, line => line.Text == "a tidy has ended");
        Assert.Equal(level, ended.Level);
        Assert.Equal(("tidy of leases", "finished"), (ended.Fields["work"], ended.Fields["state"]));
        Assert.Contains($"leases: {count}", ended.Fields["found"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_child_without_its_parent_ends_with_its_leases()
    {
        await using var harness = await KernelHarness.StartAsync();
        harness.LeaveBroken("the record of the parent is taken out");
        var parent = await harness.TokenAsync("""{"ttl":"1h"}""");
        var child = await harness.TokenAsync("""{"ttl":"1h"}""", parent.ClientToken);
        (await harness.WriteAsync("fake/creds/a", null, child.ClientToken)).Ok();
        await ChangeAsync(harness, $"token/id/{parent.Accessor}", null);

        Assert.Equal(1, (int)(await TidyAsync(harness, "auth/token"))["tokens"]!["repaired"]!);

        await harness.IdleAsync();
        Assert.Empty(await harness.KeysAsync($"token/id/{child.Accessor}"));
        Assert.Empty(harness.World.Secrets);
        Assert.DoesNotContain(await harness.KeysAsync("token/child/"), key => key.Contains(child.Accessor, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_lease_that_nothing_would_end_any_more_is_found()
    {
        await using var harness = await KernelHarness.StartAsync();
        (await harness.WriteAsync("fake/creds/a", """{"ttl":"1h"}""")).Ok();
        var due = Assert.Single(await harness.KeysAsync("due/"), key => key.Contains("/l/", StringComparison.Ordinal));
        await ChangeAsync(harness, due, null);

        Assert.Equal(1, (int)(await TidyAsync(harness, "sys/leases"))["leases"]!["repaired"]!);

        Assert.Contains(due, await harness.KeysAsync("due/"));
        harness.Clock.Advance(TimeSpan.FromHours(2));
        await harness.AdvanceUntilAsync(() => harness.World.Secrets.Count == 0);
    }

    [Fact]
    public async Task A_lease_whose_token_is_gone_ends()
    {
        await using var harness = await KernelHarness.StartAsync();
        harness.LeaveBroken("the record of the token is taken out");
        var token = await harness.TokenAsync("""{"ttl":"1h"}""");
        (await harness.WriteAsync("fake/creds/a", """{"ttl":"30m"}""", token.ClientToken)).Ok();
        await ChangeAsync(harness, $"token/id/{token.Accessor}", null);

        await TidyAsync(harness, "sys/leases");

        await harness.IdleAsync();
        Assert.Empty(harness.World.Secrets);
        Assert.Empty(await harness.LeasesAsync());
        Assert.Empty(await harness.KeysAsync($"lease/owner/{token.Accessor}"));
    }

    [Theory]
    [InlineData("sys/leases", "lease/owner/" + NoToken + "/fake/creds/a/x", "owner_entries")]
    [InlineData("sys/leases", "lease/entity/e/fake/creds/a/x", "entity_entries")]
    [InlineData("sys/leases", "lease/attention/m/fake/creds/a/x", "attention_entries")]
    [InlineData("sys/leases", "due/2000000000000000/l/fake/creds/a/x", "due_entries")]
    [InlineData("sys/leases", "due/2000000000000000/t/" + NoToken, "due_entries")]
    [InlineData("auth/token", "token/child/" + NoToken + "/" + NoToken, "child_entries")]
    [InlineData("auth/token", "wrap/" + NoToken, "wrapped_answers")]
    public async Task An_entry_that_names_nothing_is_removed(string path, string key, string check)
    {
        await using var harness = await KernelHarness.StartAsync();
        await ChangeAsync(harness, key, new byte[] { 1 });

        Assert.Equal(1, (int)(await TidyAsync(harness, path))[check]!["repaired"]!);

        Assert.Empty(await harness.KeysAsync(key));
    }

    [Theory]
    [InlineData("lease/owner/" + NoToken + "/fake/creds/a/x", "owner_entries")]
    [InlineData("lease/entity/e/fake/creds/a/x", "entity_entries")]
    [InlineData("lease/attention/m/fake/creds/a/x", "attention_entries")]
    [InlineData("due/2000000000000000/l/fake/creds/a/x", "due_entries")]
    [InlineData("due/2000000000000000/t/" + NoToken, "due_entries")]
    [InlineData("token/child/" + NoToken + "/" + NoToken, "child_entries")]
    [InlineData("wrap/" + NoToken, "wrapped_answers")]
    public async Task An_entry_that_a_request_removes_after_the_walk_has_read_its_key_is_no_damage(string key, string check)
    {
        var (transactor, store) = ConflictTests.New();
        await using var owned = store;
        using var work = transactor.Begin();
        var clock = new FakeTimeProvider();
        var checks = new LeaseChecks(clock).All.AddRange(new TokenChecks(clock).All);

        Assert.False(await checks.Single(each => each.Name == check).Repair(work, key, TestContext.Current.CancellationToken));
        Assert.False(work.HasWrites);
    }

    [Fact]
    public async Task The_cubbyhole_of_a_dead_token_is_removed()
    {
        await using var harness = await KernelHarness.StartAsync();
        harness.LeaveBroken("the record of the token is taken out");
        var token = await harness.TokenAsync("""{"ttl":"1h"}""");
        await ChangeAsync(harness, await CubbyholeKeyAsync(harness, token.Accessor), [1]);
        await ChangeAsync(harness, $"token/id/{token.Accessor}", null);

        Assert.Equal(1, (int)(await TidyAsync(harness, "auth/token"))["cubbyholes"]!["repaired"]!);

        Assert.DoesNotContain(await harness.KeysAsync("logical/"), key => key.Contains(token.Accessor, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_entry_that_cannot_be_read_is_counted_and_kept()
    {
        await using var harness = await KernelHarness.StartAsync();
        harness.LeaveBroken("a tidy keeps the entry that cannot be read");
        await ChangeAsync(harness, "lease/id/fake/creds/a/broken", new byte[] { 1, 2, 3 });

        var status = await TidyAsync(harness, "sys/leases");

        Assert.Equal("finished", (string)status["state"]!);
        Assert.Equal(1, (int)status["leases"]!["unreadable"]!);
        Assert.Single(await harness.KeysAsync("lease/id/fake/creds/a/broken"));
    }

    private static async Task<System.Text.Json.Nodes.JsonNode> TidyAsync(KernelHarness harness, string path)
    {
        Assert.Equal("inactive", (string)(await harness.ReadAsync($"{path}/tidy-status")).Ok().Data["state"]!);
        (await harness.WriteAsync($"{path}/tidy")).Is(202);
        await harness.IdleAsync();
        var status = (await harness.ReadAsync($"{path}/tidy-status")).Ok().Data;
        Assert.Equal("finished", (string)status["state"]!);
        return status;
    }

    /// <summary>Where the cubbyhole engine, which is not part of the kernel, would keep an entry of a token.</summary>
    private static async Task<string> CubbyholeKeyAsync(KernelHarness harness, string accessor) =>
        $"logical/{(string)(await harness.ReadAsync("sys/mounts/cubbyhole")).Ok().Data["uuid"]!}/{accessor}/x";

    private static IEnumerable<(int Checked, int Repaired)> Counts(System.Text.Json.Nodes.JsonNode status) => status.AsObject()
        .Select(member => member.Value).OfType<System.Text.Json.Nodes.JsonObject>().Select(count => ((int)count["checked"]!, (int)count["repaired"]!));

    private static async Task ChangeAsync(KernelHarness harness, string key, byte[]? value) =>
        Assert.True(await harness.Memory.CommitAsync(new StoreBatch([new StoreWrite(key, value is null ? null : (ReadOnlyMemory<byte>?)value)], [])));
}
