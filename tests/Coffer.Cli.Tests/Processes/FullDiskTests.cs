using System.Text.Json.Nodes;
using Coffer.Audit.Verification;

namespace Coffer.Cli.Tests.Processes;

/// <summary>The system refuses the process to let a file grow, as a full disk would: no rights and no disk of its own are needed for that.</summary>
public class FullDiskTests
{
    private const int BlocksMax = 2048;

    /// <summary>Beyond what the limit lets stand in any file.</summary>
    private const int WritesMax = 2000;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_audit_file_on_a_full_disk_lets_nothing_run_until_there_is_space_and_its_chain_holds()
    {
        await using var server = new ServerProcess();
        await server.StartAsync(BlocksMax);
        await server.InitializeAsync();
        (await server.SendAsync(HttpMethod.Put, "sys/mounts/kv", """{"type":"kv"}""")).Is(204);
        (await server.SendAsync(HttpMethod.Put, "sys/audit/file", $$$"""{"type":"file","options":{"file_path":"{{{server.File("audit.log")}}}"}}""")).Is(204);

        // Its entry is larger than whatever room the refused one of a narrow value may have left.
        (await server.SendAsync(HttpMethod.Put, "kv/wide", Body("wide", numbers: 2000))).Is(204);
        var written = await WriteUntilRefusedAsync(server, "failed to audit request");
        Assert.Contains("failed to audit request", (await server.SendAsync(HttpMethod.Put, "kv/late", Body("late", numbers: 2000))).Is(500).Text, StringComparison.Ordinal);
        Assert.Contains("failed to audit request", (await server.SendAsync(HttpMethod.Get, "kv/wide")).Is(500).Text, StringComparison.Ordinal);
        (await server.SendAsync(HttpMethod.Get, "sys/seal-status")).Is(200);

        File.Move(server.File("audit.log"), server.File("audit.old"));
        await server.SignalAsync("HUP");
        ProcessAnswer again;
        while ((again = await server.SendAsync(HttpMethod.Put, "kv/after", """{"v":"after"}""")).Status != 204)
        {
            Assert.Contains("failed to audit request", again.Text, StringComparison.Ordinal);
            await Task.Delay(20, Cancel);
        }

        var keys = (await server.SendAsync(HttpMethod.Get, "kv?list=true")).Is(200).Json["data"]!["keys"]!.AsArray().Select(key => (string)key!).ToHashSet();
        Assert.DoesNotContain("late", keys);
        Assert.Empty(Enumerable.Range(0, written).Select(n => $"{n}").Append("wide").Append("after").Except(keys));
        var chain = (await server.SendAsync(HttpMethod.Get, "sys/audit-chain/file")).Is(200).Json["data"]!;
        await server.StopAsync();
        var report = await AuditLogCheck.RunAsync(
            [server.File("audit.old"), server.File("audit.log")], (string?)chain["public_key"], (string)chain["device"]!, [(string)chain["last_line"]!], Cancel);
        Assert.True(report.Verdict == AuditLogVerdict.Proven, string.Join('\n', report.Lines));
    }

    [Fact]
    public async Task A_store_on_a_full_disk_refuses_writes_serves_reads_and_loses_nothing_that_it_answered_for()
    {
        await using var server = new ServerProcess { Storage = "storage \"file\" { path = \"FOLDER/data\" }" };
        await server.StartAsync(BlocksMax);
        await server.InitializeAsync();
        (await server.SendAsync(HttpMethod.Put, "sys/mounts/kv", """{"type":"kv"}""")).Is(204);

        var written = await WriteUntilRefusedAsync(server, "the store is not available");
        await AssertReadableAsync(server, written);

        await server.StopAsync();
        await server.StartAsync();
        await AssertReadableAsync(server, written);
        (await server.SendAsync(HttpMethod.Get, $"kv/{written}")).Is(404);
        (await server.SendAsync(HttpMethod.Put, $"kv/{written}", """{"v":"there is space again"}""")).Is(204);
        await server.StopAsync();
    }

    [Fact]
    public async Task A_full_disk_is_named_still_takes_deletes_and_is_noticed_to_have_room_again_without_a_write()
    {
        Assert.SkipUnless(ServerProcess.CanHaveOwnDisk(), "a process of this user cannot have a disk of its own: no user namespaces");
        await using var server = new ServerProcess { Storage = "storage \"file\" { path = \"FOLDER/data\" }" };
        await server.StartAsync(diskMegabytes: 48);
        await server.InitializeAsync();
        (await server.SendAsync(HttpMethod.Put, "sys/mounts/kv", """{"type":"kv"}""")).Is(204);
        (await server.SendAsync(HttpMethod.Put, "kv/old", """{"v":"old"}""")).Is(204);
        var token = (string)(await server.SendAsync(HttpMethod.Put, "auth/token/create", """{"ttl":"1h"}""")).Is(200).Json["auth"]!["client_token"]!;
        var junk = Path.Combine(server.OwnDisk, "junk");
        Assert.ThrowsAny<IOException>(() => Fill(junk));

        // Nobody writes, and it is noticed all the same.
        while ((await server.SendAsync(HttpMethod.Get, "sys/health")).Status == 200)
        {
            await Task.Delay(100, Cancel);
        }

        // What fits into the room that files have already is still written.
        await WriteUntilRefusedAsync(server, "the disk of the store is full");
        Assert.Contains("the disk of the store is full", (await server.SendAsync(HttpMethod.Get, "sys/health")).Is(503).Text, StringComparison.Ordinal);
        Assert.Contains("the disk of the store is full", (await server.SendAsync(HttpMethod.Put, "auth/token/create", """{"ttl":"1h"}""")).Is(503).Text, StringComparison.Ordinal);
        (await server.SendAsync(HttpMethod.Put, "auth/token/revoke", $$"""{"token":"{{token}}"}""")).Is(204);
        (await server.SendAsync(HttpMethod.Delete, "kv/old")).Is(204);
        (await server.SendAsync(HttpMethod.Get, "kv/old")).Is(404);

        File.Delete(junk);
        while ((await server.SendAsync(HttpMethod.Get, "sys/health")).Status == 503)
        {
            await Task.Delay(100, Cancel);
        }

        (await server.SendAsync(HttpMethod.Get, "sys/health")).Is(200);
        (await server.SendAsync(HttpMethod.Put, "kv/new", """{"v":"new"}""")).Is(204);
        await server.StopAsync();
    }

    private static void Fill(string file)
    {
        using var stream = new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[1024 * 1024];
        while (true)
        {
            stream.Write(block);
        }
    }

    /// <summary>Writes values until one is refused.</summary>
    /// <returns>How many were not.</returns>
    private static async Task<int> WriteUntilRefusedAsync(ServerProcess server, string words)
    {
        for (var written = 0; ; written++)
        {
            Assert.True(written < WritesMax, "nothing was ever refused");
            var answer = await server.SendAsync(HttpMethod.Put, $"kv/{written}", Body($"{written}", numbers: 100));
            if (answer.Status != 204)
            {
                Assert.True(answer.Status >= 500 && answer.Text.Contains(words, StringComparison.Ordinal), $"{answer.Status}: {answer.Text}");
                return written;
            }
        }
    }

    /// <param name="numbers">In an audit entry each has a hash.</param>
    private static string Body(string name, int numbers) => new JsonObject
    {
        ["n"] = name,
        ["filling"] = new string('x', 8 * 1024),
        ["numbers"] = new JsonArray([.. Enumerable.Range(0, numbers).Select(n => JsonValue.Create($"{n}"))]),
    }.ToJsonString();

    private static async Task AssertReadableAsync(ServerProcess server, int written)
    {
        Assert.True(written > 10, $"only {written} values could be written");
        for (var n = 0; n < written; n++)
        {
            Assert.Equal($"{n}", (string)(await server.SendAsync(HttpMethod.Get, $"kv/{n}")).Is(200).Json["data"]!["n"]!);
        }
    }
}
