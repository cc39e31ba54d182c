using System.Text.Json;
using Coffer.Audit.Devices;
using Coffer.Audit.Tests;
using Coffer.Kernel.Tests.Audit;
using Coffer.Kernel.Tests.Harness;
using Coffer.Storage.Sqlite;

namespace Coffer.Kernel.Tests.Seal;

/// <summary>The whole folder of the store, its record included, is put back as it was; the audit log is another disk's.</summary>
public sealed class CopiedFolderTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFolder _logs = new();
    private KernelHarness? _harness;

    private KernelHarness Server => _harness!;

    private string File => _folder.File("coffer.db");

    private string Log => _logs.File("audit.log");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _harness = await KernelHarness.StartAsync(await SqliteStore.OpenAsync(File, new SqliteStoreOptions(), Cancel));
        Server.Audit = new AuditBounds { ApiMayCreate = true, Folder = _logs.Path };
        await RestartAsync(() => { });
        (await Server.WriteAsync("sys/audit/file", AuditServer.Device(Log))).Is(204);
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _folder.Dispose();
        _logs.Dispose();
    }

    [Fact]
    public async Task A_folder_that_is_older_than_the_last_checkpoint_of_the_audit_log_leads_to_quarantine()
    {
        var token = await PutBackAsync();

        (await Server.ReadAsync("auth/token/lookup-self", token)).Is(503);
        Assert.Contains("older copy", (await Server.ReadAsync("sys/health", "")).Is(503).Body, StringComparison.Ordinal);
        var seen = (await Server.ReadAsync("sys/quarantine")).Ok().Data;
        Assert.True((bool)seen["active"]!);
        Assert.True((long)seen["commits_missing"]! > 0);
        Assert.Empty(seen["touched"]!.AsArray());
    }

    [Fact]
    public async Task It_is_remembered_although_the_log_goes_on_in_quarantine_and_forgotten_after_a_release()
    {
        await PutBackAsync();
        for (var life = 0; life < 3; life++)
        {
            await RestartAsync(() => { });
            Assert.True((bool)(await Server.ReadAsync("sys/quarantine")).Ok().Data["active"]!);
        }

        (await Server.WriteAsync("sys/quarantine/release")).Is(204);
        for (var life = 0; life < 2; life++)
        {
            await RestartAsync(() => { });
            (await Server.ReadAsync("fake/items/x")).Is(404);
        }
    }

    [Fact]
    public async Task The_store_that_goes_on_is_not_taken_for_an_older_one()
    {
        for (var life = 0; life < 4; life++)
        {
            await Server.TokenAsync();
            await RestartAsync(() => { });
            Assert.False((bool)(await Server.ReadAsync("sys/quarantine")).Ok().Data["active"]!);
        }

        Assert.NotEmpty(Generations());
        Assert.Equal(Generations().Order(), Generations());
    }

    [Fact]
    public async Task A_checkpoint_that_the_server_has_not_signed_is_not_believed()
    {
        await Server.TokenAsync();
        await RestartAsync(() => System.IO.File.WriteAllLines(Log, System.IO.File.ReadAllLines(Log).Select(line => line.Replace("\"generation\":", "\"generation\":9", StringComparison.Ordinal))));
        Assert.False((bool)(await Server.ReadAsync("sys/quarantine")).Ok().Data["active"]!);
    }

    [Fact]
    public async Task A_log_whose_checkpoints_name_the_generation_verifies_and_a_changed_generation_does_not()
    {
        await Server.TokenAsync();
        var key = (string)(await Server.ReadAsync("sys/audit-key")).Ok().Data["public_key"]!;
        await Server.SealAsync();

        Assert.Null(AuditFiles.Verify(Log, key).Break);
        Assert.True(AuditFiles.Verify(Log, key).CheckpointsVerified > 0);
        System.IO.File.WriteAllLines(Log, System.IO.File.ReadAllLines(Log).Select(line => line.Replace("\"generation\":", "\"generation\":9", StringComparison.Ordinal)));
        Assert.Contains("signature", AuditFiles.Verify(Log, key).Break!.Message, StringComparison.Ordinal);
    }

    /// <returns>A token that was revoked after the copy was made. The server is up.</returns>
    private async Task<string> PutBackAsync()
    {
        var token = (await Server.TokenAsync()).ClientToken;
        await RestartAsync(() => CopyFolder(_folder.Path, _folder.Path + ".copy"));
        (await Server.WriteAsync("auth/token/revoke", $$"""{"token":"{{token}}"}""")).Ok();
        await RestartAsync(() =>
        {
            Directory.Delete(_folder.Path, recursive: true);
            Directory.Move(_folder.Path + ".copy", _folder.Path);
        });
        return token;
    }

    private long[] Generations() =>
    [
        .. System.IO.File.ReadAllLines(Log).Select(line => JsonElement.Parse(line))
            .Where(line => line.GetProperty("type").GetString() == "checkpoint")
            .Select(line => line.GetProperty("checkpoint").GetProperty("generation").GetInt64()),
    ];

    private async Task RestartAsync(Action meanwhile)
    {
        await Server.SealAsync();
        await Server.Memory.DisposeAsync();
        meanwhile();
        Server.Memory = await SqliteStore.OpenAsync(File, new SqliteStoreOptions(), Cancel);
        await Server.RestartAsync();
    }

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from))
        {
            System.IO.File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }
}
