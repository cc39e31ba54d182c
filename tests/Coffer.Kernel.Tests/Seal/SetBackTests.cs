using Coffer.Audit.Tests;
using Coffer.Kernel.Tests.Harness;
using Coffer.Storage;
using Coffer.Storage.Sqlite;
using Coffer.Testing;

namespace Coffer.Kernel.Tests.Seal;

/// <summary>Single rows of the store are set back to what the server itself had sealed for the same key earlier.</summary>
public sealed class SetBackTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private KernelHarness? _harness;

    private KernelHarness Server => _harness!;

    private string File => _folder.File("coffer.db");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        _harness = await KernelHarness.StartAsync(await SqliteStore.OpenAsync(File, new SqliteStoreOptions { CacheBytesMax = 0 }, Cancel));

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_policy_that_was_set_back_while_the_server_was_down_leads_to_quarantine_and_is_named()
    {
        var before = await WritePolicyAsync();
        await EditWhileDownAsync(() => RowEditor.Write(File, "policy/p", before));

        (await Server.ReadAsync("fake/items/x")).Is(503);
        Assert.Contains("policies", (await Server.ReadAsync("sys/health", "")).Is(503).Body, StringComparison.Ordinal);
        Assert.Equal(["policies"], await TouchedAsync());

        (await Server.WriteAsync("sys/quarantine/release")).Is(204);
        (await Server.ReadAsync("fake/items/x")).Is(404);
        await EditWhileDownAsync(() => { });
        (await Server.ReadAsync("fake/items/x")).Is(404);
    }

    [Fact]
    public async Task A_policy_that_was_set_back_while_the_server_runs_is_refused_where_it_is_read()
    {
        var before = await WritePolicyAsync();
        RowEditor.Write(File, "policy/p", before);

        (await Server.ReadAsync("sys/policies/acl/p")).Is(503);
        Assert.Contains("policies", (await Server.ReadAsync("sys/health", "")).Is(503).Body, StringComparison.Ordinal);
        Assert.Contains(Server.Failures, failure => failure.InnerException is EntrySetBackException);
        await Server.SealAsync();
        await Server.UnsealAsync();
        Assert.Equal(["policies"], await TouchedAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_token_that_was_revoked_does_not_live_again_when_its_row_comes_back(bool down)
    {
        var made = (await Server.TokenAsync()).Json["auth"]!;
        var (token, key) = ((string)made["client_token"]!, $"token/id/{made["accessor"]}");
        var row = RowEditor.Read(File, key);
        Assert.NotNull(row);
        (await Server.WriteAsync("auth/token/revoke", $$"""{"token":"{{token}}"}""")).Ok();
        (await Server.ReadAsync("auth/token/lookup-self", token)).Is(403);

        if (down)
        {
            await EditWhileDownAsync(() => RowEditor.Write(File, key, row));
            Assert.Equal(["tokens"], await TouchedAsync());
        }
        else
        {
            RowEditor.Write(File, key, row);
        }

        (await Server.ReadAsync("auth/token/lookup-self", token)).Is(503);
    }

    [Fact]
    public async Task A_token_whose_uses_were_given_back_is_refused()
    {
        var made = (await Server.TokenAsync("""{"num_uses":3}""")).Json["auth"]!;
        var (token, key) = ((string)made["client_token"]!, $"token/id/{made["accessor"]}");
        var row = RowEditor.Read(File, key);
        (await Server.ReadAsync("auth/token/lookup-self", token)).Ok();
        RowEditor.Write(File, key, row);
        (await Server.ReadAsync("auth/token/lookup-self", token)).Is(503);
    }

    [Fact]
    public async Task Key_shares_that_were_replaced_open_the_server_to_nothing_but_quarantine()
    {
        var old = (await Server.KeysAsync("core/slots/")).Single();
        var row = RowEditor.Read(File, old);
        await Server.RekeyAsync(1, 1);
        var now = (await Server.KeysAsync("core/slots/")).Single();
        await Server.SealAsync();
        await Server.Memory.DisposeAsync();
        RowEditor.Write(File, now, null);
        RowEditor.Write(File, old, row);
        await OpenAsync();
        await Server.RestartAsync();

        Assert.Equal(["key material"], await TouchedAsync());
        (await Server.ReadAsync("fake/items/x")).Is(503);
    }

    [Fact]
    public async Task A_keyring_that_was_set_back_is_noticed_where_it_still_opens_what_is_there()
    {
        var row = RowEditor.Read(File, "core/keyring");
        (await Server.WriteAsync("sys/rotate")).Is(204);
        await EditWhileDownAsync(() => RowEditor.Write(File, "core/keyring", row), mayFail: true);

        // What was sealed since needs the key that is missing, so the server may not open at all.
        Assert.True(Server.Kernel.IsSealed || (await TouchedAsync()).Contains("key material"));
    }

    [Fact]
    public async Task A_table_of_mounts_that_was_set_back_is_noticed()
    {
        var row = RowEditor.Read(File, "core/mounts");
        (await Server.WriteAsync("sys/mounts/other", """{"type":"fake"}""")).Is(204);
        await EditWhileDownAsync(() => RowEditor.Write(File, "core/mounts", row));
        Assert.Equal(["mounts and settings"], await TouchedAsync());
    }

    [Fact]
    public async Task Every_entry_of_the_kernel_is_registered_but_leases_and_what_is_due()
    {
        (await Server.WriteAsync("fake/creds/a", """{"ttl":"30m"}""")).Ok();
        await Server.TokenAsync();
        (await Server.WriteAsync("identity/entity", """{"name":"e"}""")).Ok();
        (await Server.WriteAsync("sys/rotate")).Is(204);
        await Server.SealAsync();
        var rows = (await Server.KeysAsync("")).Where(key => !key.StartsWith("lease/", StringComparison.Ordinal)
            && !key.StartsWith("due/", StringComparison.Ordinal)
            && !key.StartsWith("logical/", StringComparison.Ordinal)).ToList();
        Assert.True(rows.Count > 12, string.Join(' ', rows));
        foreach (var key in rows)
        {
            var row = RowEditor.Read(File, key)!;
            RowEditor.Write(File, key, row with { Version = row.Version - 1 });
            await Server.UnsealAsync();
            Assert.True((await TouchedAsync()).Count == 1, key);
            (await Server.WriteAsync("sys/quarantine/release")).Is(204);
            await Server.SealAsync();
        }
    }

    [Fact]
    public async Task Nothing_is_noticed_over_seals_restarts_and_rotations()
    {
        await WritePolicyAsync();
        for (var life = 0; life < 3; life++)
        {
            (await Server.WriteAsync("sys/rotate")).Is(204);
            (await Server.WriteAsync("fake/creds/a", """{"ttl":"30m"}""")).Ok();
            await EditWhileDownAsync(() => { });
            Assert.False((bool)(await Server.ReadAsync("sys/quarantine")).Ok().Data["active"]!);
            await Server.SealAsync();
            await Server.UnsealAsync();
            (await Server.ReadAsync("sys/health", "")).Is(200);
        }
    }

    /// <summary>Writes a policy, then a stricter one in its place.</summary>
    /// <returns>The row of the first.</returns>
    private async Task<StoredRow> WritePolicyAsync()
    {
        (await Server.WriteAsync("sys/policies/acl/p", """{"policy":"path \"*\" { capabilities = [\"read\"] }"}""")).Is(204);
        var row = RowEditor.Read(File, "policy/p");
        (await Server.WriteAsync("sys/policies/acl/p", """{"policy":"path \"*\" { capabilities = [\"deny\"] }"}""")).Is(204);
        Assert.NotNull(row);
        return row;
    }

    private async Task<List<string>> TouchedAsync() =>
        [.. ((await Server.ReadAsync("sys/quarantine")).Ok().Data["touched"]?.AsArray() ?? []).Select(kind => (string)kind!)];

    private async Task EditWhileDownAsync(Action edit, bool mayFail = false)
    {
        await Server.SealAsync();
        await Server.Memory.DisposeAsync();
        edit();
        await OpenAsync();
        await Server.RestartSealedAsync();
        if (mayFail)
        {
            await Record.ExceptionAsync(Server.UnsealAsync);
        }
        else
        {
            await Server.UnsealAsync();
        }
    }

    private async Task OpenAsync() => Server.Memory = await SqliteStore.OpenAsync(File, new SqliteStoreOptions { CacheBytesMax = 0 }, Cancel);
}
