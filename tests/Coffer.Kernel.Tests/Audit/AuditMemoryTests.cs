using System.Text;
using Coffer.Audit;
using Coffer.Audit.Chain;
using Coffer.Audit.Devices;
using Coffer.Audit.Sinks;
using Coffer.Audit.Tests;
using Coffer.Audit.Verification;
using Coffer.Sdk.Engines;
using Microsoft.Extensions.Time.Testing;

namespace Coffer.Kernel.Tests.Audit;

/// <summary>What the server itself notices of a log that was changed while it did not run.</summary>
public sealed class AuditMemoryTests : IDisposable
{
    private static readonly byte[] Key = AuditSigner.NewKey();

    private readonly TemporaryFolder _folder = new();
    private AuditMark? _signed;

    private string LogFile => _folder.File("a.log");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("cut short")]
    [InlineData("cut short in the midst of a line")]
    [InlineData("another log in its place")]
    [InlineData("a log of another program in its place")]
    [InlineData("written again from its third line on")]
    public async Task What_is_done_to_a_log_while_the_server_is_sealed_is_noted_at_the_next_unseal(string what)
    {
        await using var server = await AuditServer.StartAsync();
        var file = await server.EnableAsync();
        var other = await server.EnableAsync("other");
        for (var i = 0; i < 3; i++)
        {
            await server.OkAsync(Operation.Update, "echo/a", "{}");
        }

        await server.Kernel.SealAsync();
        var lines = await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken);
        byte[] forged = what switch
        {
            "cut short" => ForgedLog.Bytes(lines[..3]),
            "cut short in the midst of a line" => ForgedLog.Bytes(lines[..3])[..^9],
            "another log in its place" => [.. await File.ReadAllBytesAsync(other, TestContext.Current.CancellationToken)],
            "a log of another program in its place" => ForgedLog.Bytes(["{\"type\":\"request\"}"]),
            _ => ForgedLog.Bytes(ForgedLog.Chained(lines.Select((line, i) => i == 2 ? line.Replace("update", "delete", StringComparison.Ordinal) : line))),
        };
        await File.WriteAllBytesAsync(file, forged, TestContext.Current.CancellationToken);
        await server.UnsealAsync();
        await server.OkAsync(Operation.Update, "echo/a", "{}");
        await server.Kernel.SealAsync();

        Assert.Contains("the server found the file changed", AuditFiles.Verify(file).Break!.Message, StringComparison.Ordinal);
        Assert.Null(AuditFiles.Verify(other).Break);
    }

    [Fact]
    public async Task A_log_removed_while_the_server_is_sealed_does_not_begin_as_a_new_one()
    {
        await using var server = await AuditServer.StartAsync();
        var file = await server.EnableAsync();
        await server.OkAsync(Operation.Update, "echo/a", "{}");
        await server.Kernel.SealAsync();
        var before = AuditFiles.Verify(file);
        File.Delete(file);
        await server.UnsealAsync();
        await server.OkAsync(Operation.Update, "echo/a", "{}");

        var found = AuditFiles.Verify(file);

        Assert.Null(found.Break);
        Assert.True(found.LacksBeginning);
        Assert.Equal(before.LastSeq + 1, found.FirstSeq);
        Assert.Contains($"goes on from an earlier one, which ends with entry {before.LastSeq}", found.Warnings[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_moved_away_after_a_kill_is_gone_on_from_at_its_last_checkpoint()
    {
        await WriteAsync(null, AuditLimits.CheckpointEntries + 5);
        var lines = await File.ReadAllLinesAsync(LogFile, TestContext.Current.CancellationToken);
        var checkpoint = new AuditMark(1001, LineHash.Of(Encoding.UTF8.GetBytes(lines[1000])).ToString());

        // Killed: neither the last checkpoint was signed nor is anything known of the entries before it.
        await File.WriteAllBytesAsync(_folder.File("a.log.1"), ForgedLog.Bytes(lines[..^1]), TestContext.Current.CancellationToken);
        File.Delete(LogFile);
        await WriteAsync(checkpoint, 2);

        var first = Verify("a.log.1", null);
        var second = Verify("a.log", first);
        Assert.Null(second.Break);
        Assert.Contains("the server was killed", second.Warnings[0].Message, StringComparison.Ordinal);
        Assert.NotNull(Verify("a.log", AuditVerifier.Verify(new MemoryStream(ForgedLog.Bytes(lines[..500])), AuditSigner.PublicKeyOf(Key).Pem)).Break);
    }

    [Fact]
    public async Task A_log_that_goes_on_after_a_kill_is_not_taken_for_a_changed_one()
    {
        await WriteAsync(null, AuditLimits.CheckpointEntries + 900);
        var lines = await File.ReadAllLinesAsync(LogFile, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(LogFile, ForgedLog.Bytes(lines[..^1]), TestContext.Current.CancellationToken);
        await WriteAsync(new AuditMark(1001, LineHash.Of(Encoding.UTF8.GetBytes(lines[1000])).ToString()), 1);

        Assert.Null(Verify("a.log", null).Break);
        Assert.Empty(Verify("a.log", null).Warnings);
    }

    [Fact]
    public async Task Each_checkpoint_is_remembered_once_it_is_written()
    {
        await WriteAsync(null, AuditLimits.CheckpointEntries);
        var lines = await File.ReadAllLinesAsync(LogFile, TestContext.Current.CancellationToken);

        Assert.Equal(new AuditMark(1001, LineHash.Of(Encoding.UTF8.GetBytes(lines[1000])).ToString()), _signed);
    }

    [Fact]
    public async Task The_server_tells_where_the_chain_of_a_device_ends_and_what_proves_it()
    {
        await using var server = await AuditServer.StartAsync();
        var file = await server.EnableAsync();
        await server.OkAsync(Operation.Update, "echo/a", "{}");
        await server.Kernel.SealAsync();
        await server.UnsealAsync();
        var answer = (await server.OkAsync(Operation.Read, "sys/audit-chain/main")).GetProperty("data");
        var marks = ((string[])["last_checkpoint", "last_line"]).Select(name =>
        {
            Assert.True(AuditMark.TryParse(answer.GetProperty(name).GetString()!, out var mark));
            return mark;
        }).ToArray();
        var proof = new AuditProof { PublicKeyPem = answer.GetProperty("public_key").GetString(), Device = answer.GetProperty("device").GetString()!, Marks = [.. marks] };
        var log = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);

        Assert.True(marks[0].Seq < marks[1].Seq);
        Assert.Equal((null, 0), Count(ForgedLog.Judge(proof, log)));
        var lines = Encoding.UTF8.GetString(log).TrimEnd('\n').Split('\n');
        Assert.Contains("lines are missing at its end", ForgedLog.Judge(proof, lines[..(int)marks[0].Seq]).Problem, StringComparison.Ordinal);
        Assert.Equal(["main/"], (await server.OkAsync(Operation.List, "sys/audit-chain")).GetProperty("data").GetProperty("keys").EnumerateArray().Select(key => key.GetString()));
        Assert.Contains("no audit device at this path", await server.RefusedAsync(Operation.Read, "sys/audit-chain/none"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_enabled_again_at_the_same_path_and_file_is_another_device_without_a_past()
    {
        await using var server = await AuditServer.StartAsync();
        var first = await DeviceAsync(server);
        await server.OkAsync(Operation.Delete, "sys/audit/main");
        Assert.NotEqual(first, await DeviceAsync(server));
    }

    private static (string? Problem, int NotChecked) Count((string? Problem, IReadOnlyList<string> NotChecked) judged) => (judged.Problem, judged.NotChecked.Count);

    /// <summary>A new device at the same path and file: nothing is known of a checkpoint of it.</summary>
    private static async Task<string> DeviceAsync(AuditServer server)
    {
        await server.EnableAsync();
        var answer = (await server.OkAsync(Operation.Read, "sys/audit-chain/main")).GetProperty("data");
        Assert.Equal(System.Text.Json.JsonValueKind.Null, answer.GetProperty("last_checkpoint").ValueKind);
        return answer.GetProperty("device").GetString()!;
    }

    private AuditVerification Verify(string file, AuditVerification? previous)
    {
        using var stream = File.OpenRead(_folder.File(file));
        return AuditVerifier.Verify(stream, AuditSigner.PublicKeyOf(Key).Pem, previous);
    }

    /// <summary>One run of a server that remembers a checkpoint of former ones.</summary>
    private async Task WriteAsync(AuditMark? remembered, int count)
    {
        var options = new AuditDeviceOptions { FilePath = LogFile };
        var target = new FileTarget(options, new AuditBounds { Folder = _folder.Path }, new FakeTimeProvider());
        await using var sink = new LineSink(
            target, "", new AuditSigner(Key, "device-1"), new FakeTimeProvider(), new FailingLog(), new AuditMemory(remembered, mark => _signed = mark));
        await Task.WhenAll(Enumerable.Range(0, count).Select(i => sink.WriteAsync(Encoding.UTF8.GetBytes($"{{\"type\":\"request\",\"n\":{i}"), here: false, TestContext.Current.CancellationToken)));
    }
}
