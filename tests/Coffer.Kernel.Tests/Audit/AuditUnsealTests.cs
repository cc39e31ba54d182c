using System.Text.Json;
using Coffer.Audit.Tests;
using Coffer.Kernel.Hosting;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.Tests.Audit;

public class AuditUnsealTests
{
    private const string WrongShare = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff00";

    [Fact]
    public async Task An_unseal_and_what_was_tried_before_it_are_recorded_at_the_unseal_without_a_share()
    {
        await using var server = await AuditServer.StartAsync();
        var file = await server.EnableAsync();
        await server.Kernel.SealAsync();
        var before = AuditFiles.Entries(file).Length;
        var begin = server.Clock.GetUtcNow();
        Assert.Equal(400, (await TryAsync(server, "no share at all")).Status);
        server.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(400, (await TryAsync(server, WrongShare)).Status);
        Assert.Equal(200, (await server.SendAsync(Operation.Update, "sys/unseal", """{"reset":true}""")).Status);
        Assert.Equal(before, AuditFiles.Entries(file).Length);
        server.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(200, (await TryAsync(server, server.Share)).Status);

        var entries = AuditFiles.Entries(file)[before..];

        Assert.Equal(4, entries.Length);
        Assert.All(entries, entry =>
        {
            Assert.Equal("response", entry.GetProperty("type").GetString());
            Assert.Equal("sys/unseal", entry.GetProperty("request").GetProperty("path").GetString());
            Assert.Equal("192.0.2.7", entry.GetProperty("request").GetProperty("remote_address").GetString());
            Assert.False(entry.GetProperty("request").TryGetProperty("data", out _));
        });
        Assert.Equal("'key' must be a valid hex or base64 string", entries[0].GetProperty("error").GetString());
        Assert.NotEmpty(entries[1].GetProperty("error").GetString()!);
        Assert.Equal([begin, begin.AddMinutes(1), begin.AddMinutes(1), begin.AddMinutes(2)], entries.Select(entry => entry.GetProperty("time").GetDateTimeOffset()));
        Assert.True(Data(entries[2]).GetProperty("sealed").GetBoolean());
        Assert.False(Data(entries[3]).GetProperty("sealed").GetBoolean());
        Assert.True(AuditFiles.Verify(file).IsIntact);
        var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.DoesNotContain(WrongShare, text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(server.Share, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task However_many_tries_there_were_the_first_and_the_last_are_recorded_and_the_others_counted()
    {
        await using var server = await AuditServer.StartAsync();
        var file = await server.EnableAsync();
        await server.Kernel.SealAsync();
        var before = AuditFiles.Entries(file).Length;
        for (var i = 0; i < 2 * UnsealJournal.KeptEachMax + 300; i++)
        {
            await TryAsync(server, "x");
        }

        await TryAsync(server, server.Share);

        var entries = AuditFiles.Entries(file)[before..];
        Assert.Equal(2 * UnsealJournal.KeptEachMax + 1, entries.Length);
        Assert.StartsWith("301 more tries", entries[UnsealJournal.KeptEachMax].GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.False(Data(entries[^1]).GetProperty("sealed").GetBoolean());
    }

    [Fact]
    public async Task An_unseal_that_no_device_can_record_succeeds_and_no_request_runs_before_it_is_recorded()
    {
        await using var server = await AuditServer.StartAsync();
        var folder = server.Folder.File("logs");
        var file = await server.EnableAsync(file: Path.Combine(folder, "a.log"));
        await server.Kernel.SealAsync();
        Directory.Delete(folder, recursive: true);
        await File.WriteAllTextAsync(folder, "in the way", TestContext.Current.CancellationToken);
        await server.UnsealAsync();
        Assert.Contains(server.Failures, failure => failure.Message.Contains("could record the unseal", StringComparison.Ordinal));
        Assert.Equal(500, (await server.SendAsync(Operation.Read, "echo/a")).Status);

        File.Delete(folder);
        Assert.Equal(404, (await server.SendAsync(Operation.Read, "echo/a")).Status);

        string[] paths = [.. AuditFiles.Entries(file).Select(entry => entry.GetProperty("request").GetProperty("path").GetString()!)];
        Assert.Equal(["sys/unseal", "echo/a", "echo/a"], paths);
    }

    [Theory]
    [InlineData("sys/generate-root/attempt", "sys/generate-root/update")]
    [InlineData("sys/rekey/init", "sys/rekey/update")]
    public async Task Tries_of_share_holders_are_recorded_and_no_option_brings_a_share_into_the_log(string begin, string update)
    {
        await using var server = await AuditServer.StartAsync();
        var file = await server.EnableAsync("raw", "\"log_raw\":\"true\"");
        var started = await server.OkAsync(Operation.Update, begin, """{"secret_shares":1,"secret_threshold":1}""");
        var nonce = started.GetProperty("nonce").GetString();
        Assert.NotEmpty(await server.RefusedAsync(Operation.Update, update, $$"""{"key":"{{WrongShare}}","nonce":"{{nonce}}"}"""));
        var done = await server.OkAsync(Operation.Update, update, $$"""{"key":"{{server.Share}}","nonce":"{{nonce}}"}""");

        Assert.True(done.GetProperty("complete").GetBoolean());
        var entries = AuditFiles.Entries(file).Where(entry => entry.GetProperty("request").GetProperty("path").GetString() == update).ToArray();
        Assert.Equal(4, entries.Length);
        Assert.NotEmpty(entries[1].GetProperty("error").GetString()!);
        var log = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        string[] secrets =
        [
            WrongShare, server.Share,
            .. ((string[])["otp", "encoded_token"]).Select(name => Text(name == "otp" ? started : done, name)),
            .. ((string[])["keys", "keys_base64"]).Where(name => done.TryGetProperty(name, out _)).Select(name => done.GetProperty(name)[0].GetString()!),
        ];
        Assert.All(secrets.Where(secret => secret.Length > 0), secret => Assert.DoesNotContain(JsonEncodedText.Encode(secret).Value, log, StringComparison.Ordinal));
    }

    private static string Text(JsonElement body, string name) => body.TryGetProperty(name, out var value) ? value.GetString()! : "";

    private static JsonElement Data(JsonElement entry) => entry.GetProperty("response").GetProperty("data");

    private static Task<Coffer.Kernel.Requests.ApiReply> TryAsync(AuditServer server, string share) =>
        server.SendAsync(Operation.Update, "sys/unseal", JsonSerializer.Serialize(new Dictionary<string, string> { ["key"] = share }));
}
