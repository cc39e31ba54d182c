using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Coffer.Kernel.Logging;
using Coffer.Sdk.Primitives;
using Coffer.Server.Configuration;
using Coffer.Server.Logging;
using Coffer.Testing;
using Microsoft.Extensions.Logging;

namespace Coffer.Server.Tests.Logging;

public sealed class ServerLogTests : IDisposable
{

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("coffer-log-");
    private readonly StoppedClock _clock = new();
    private readonly StringWriter _console = new() { NewLine = "\n" };

    private string LogFile => Path.Combine(_folder.FullName, "server.log");

    public void Dispose()
    {
        _console.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void A_line_for_people_is_one_line_whatever_its_values_hold()
    {
        using var log = new ServerLog(new LogOptions(), _console, _clock);

        var logger = log.CreateLogger(LogNames.Core);
        TestLog.Happened(logger, LogLevel.Information, "a/b", "two words\nand \"a line\"", null, null);

        Assert.Equal("2026-01-02T03:04:05.678Z [INFO]  a thing happened: plain=a/b odd_value=\"two words\\nand \\\"a line\\\"\"\n", _console.ToString());
    }

    [Fact]
    public void A_line_of_another_part_than_the_core_names_it()
    {
        using var log = new ServerLog(new LogOptions(), _console, _clock);

        var logger = log.CreateLogger(LogNames.Listener);
        TestLog.Happened(logger, LogLevel.Warning, null, null, null, null);

        Assert.Equal("2026-01-02T03:04:05.678Z [WARN]  listener: a thing happened\n", _console.ToString());
    }

    [Fact]
    public void A_line_in_json_has_the_member_names_of_vaults_logs()
    {
        using var log = new ServerLog(new LogOptions { Json = true }, _console, _clock);

        var logger = log.CreateLogger(LogNames.Core);
        TestLog.Happened(logger, LogLevel.Information, "a/b", "two words\nand \"a line\"", null, null);

        var written = JsonElement.Parse(Assert.Single(_console.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Equal("info", written.GetProperty("@level").GetString());
        Assert.Equal("core", written.GetProperty("@module").GetString());
        Assert.Equal("a thing happened", written.GetProperty("@message").GetString());
        Assert.Equal("2026-01-02T03:04:05.678000Z", written.GetProperty("@timestamp").GetString());
        Assert.Equal("two words\nand \"a line\"", written.GetProperty("odd_value").GetString());
    }

    [Theory]
    [InlineData("trace", 6)]
    [InlineData("warn", 3)]
    [InlineData("error", 2)]
    [InlineData("off", 0)]
    public void Lines_below_the_level_are_left_out(string level, int lines)
    {
        Assert.True(LogLevels.TryParse(level, out var parsed));
        using var log = new ServerLog(new LogOptions { Level = parsed }, _console, _clock);

        foreach (var each in Enum.GetValues<LogLevel>())
        {
            var logger = log.CreateLogger(LogNames.Core);
            TestLog.Happened(logger, each, null, null, null, null);
        }

        Assert.Equal(lines, _console.ToString().Count(character => character == '\n'));
    }

    [Fact]
    public void An_event_below_the_level_allocates_nothing()
    {
        using var log = new ServerLog(new LogOptions { Level = LogLevel.Warning }, _console, _clock);
        var logger = log.CreateLogger(LogNames.Core);
        TestLog.Happened(logger, LogLevel.Information, "a", "b", "c", null);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            TestLog.Happened(logger, LogLevel.Information, "a", "b", "c", null);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Empty(_console.ToString());
    }

    [Fact]
    public void A_value_named_by_a_word_of_the_language_has_its_plain_name()
    {
        using var log = new ServerLog(new LogOptions(), _console, _clock);

        var logger = log.CreateLogger(LogNames.Core);
        TestLog.Happened(logger, LogLevel.Information, null, null, "ApplicationError", null);

        Assert.EndsWith("a thing happened: event=ApplicationError\n", _console.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_that_the_message_names_is_in_the_message_alone()
    {
        using var log = new ServerLog(new LogOptions(), _console, _clock);

        TestLog.Noted(log.CreateLogger(LogNames.Core), "it rains");

        Assert.Equal("2026-01-02T03:04:05.678Z [INFO]  it rains\n", _console.ToString());
    }

    [Fact]
    public void A_file_that_was_moved_away_is_made_again_on_demand_and_is_for_its_owner_alone()
    {
        using var log = new ServerLog(new LogOptions { File = LogFile }, _console, _clock);
        TestLog.Noted(log.CreateLogger(LogNames.Core), "first");
        File.Move(LogFile, LogFile + ".1");
        TestLog.Noted(log.CreateLogger(LogNames.Core), "second");

        log.Reopen();
        TestLog.Noted(log.CreateLogger(LogNames.Core), "third");

        Assert.Equal(2, File.ReadAllLines(LogFile + ".1").Length);
        Assert.EndsWith("third", Assert.Single(File.ReadAllLines(LogFile)), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(LogFile));
        }
    }

    [Fact]
    public void A_folder_gets_a_file_of_the_programs_name()
    {
        using var log = new ServerLog(new LogOptions { File = _folder.FullName + "/" }, _console, _clock);

        TestLog.Noted(log.CreateLogger(LogNames.Core), "here");

        Assert.Single(File.ReadAllLines(Path.Combine(_folder.FullName, "coffer.log")));
    }

    [Fact]
    public void An_exception_that_may_quote_a_request_shows_its_type_and_place_and_not_its_words()
    {
        using var log = new ServerLog(new LogOptions(), _console, _clock);

        var core = log.CreateLogger(LogNames.Core);
        TestLog.Happened(core, LogLevel.Error, null, null, null, Assert.Throws<FormatException>(() => Guid.Parse("hunter2")));
        TestLog.Happened(core, LogLevel.Error, null, null, null, new IOException("No space left on device"));

        Assert.DoesNotContain("hunter2", _console.ToString(), StringComparison.Ordinal);
        Assert.Contains("error=FormatException at=", _console.ToString(), StringComparison.Ordinal);
        Assert.Contains("error=\"IOException: No space left on device\"", _console.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Flags_win_over_the_configuration_and_wrong_ones_are_named()
    {
        var configured = new LogOptions { Level = LogLevel.Debug, Json = true, File = "/a" };

        Assert.Equal(configured, LogFlags.None.Over(configured));
        Assert.Equal(new LogOptions { Level = LogLevel.Error, Json = false, File = "/b" }, new LogFlags("err", "standard", "/b").Over(configured));
        Assert.Equal(2, new LogFlags("loud", "xml", "").Problems().Count());
        Assert.Empty(new LogFlags("WARN", "JSON", "").Problems());
    }

    [Fact]
    public async Task The_api_changes_what_the_running_servers_log_shows()
    {
        using var log = new ServerLog(new LogOptions { Level = LogLevel.Error }, _console, _clock);
        await using var server = await DevServer.StartAsync(
            new DevServerOptions(ReservedPort.ForThisProcess(), "root", KvVersion1: true, TokenFile: null) { LogLevels = log.Levels },
            log,
            TestContext.Current.CancellationToken);
        using var http = new HttpClient { BaseAddress = new Uri(server.Url), DefaultRequestHeaders = { { "X-Vault-Token", "root" } } };
        async Task SendAsync(HttpMethod method, string path, string body = "{}")
        {
            using var request = new HttpRequestMessage(method, "/v1/sys/" + path) { Content = new StringContent(body) };
            Assert.Equal(HttpStatusCode.NoContent, (await http.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode);
        }

        await SendAsync(HttpMethod.Post, "mounts/quiet", """{"type":"kv"}""");
        await SendAsync(HttpMethod.Post, "loggers", """{"level":"info"}""");
        await SendAsync(HttpMethod.Post, "mounts/told", """{"type":"kv"}""");
        await SendAsync(HttpMethod.Delete, "loggers");
        await SendAsync(HttpMethod.Post, "mounts/silent", """{"type":"kv"}""");

        Assert.Contains("path=told/", Assert.Single(_console.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signal_takes_up_a_changed_level_and_opens_the_log_again_and_a_broken_configuration_changes_nothing()
    {
        var file = Path.Combine(_folder.FullName, "c.hcl");
        var address = ReservedPort.ForThisProcess();
        string Text(string level) => $$"""
            storage "inmem" {}
            listener "tcp" {
              address = "{{address}}"
              tls_disable = true
            }
            log_level = "{{level}}"
            """;
        await File.WriteAllTextAsync(file, Text("warn"), TestContext.Current.CancellationToken);
        var read = ConfigurationReader.Read([file]);
        var options = read.Options!;
        using var log = new ServerLog(options.Log with { File = LogFile }, _console, _clock);
        await using var server = await CofferServer.StartAsync(
            options with { Loggers = log }, TimeProvider.System, SystemRandom.Instance, TestContext.Current.CancellationToken);
        var reloading = new Reloading(server, log, [file], options.Log.Level, read.Sections);
        Assert.Empty(_console.ToString());

        await File.WriteAllTextAsync(file, Text("info"), TestContext.Current.CancellationToken);
        File.Delete(LogFile);
        reloading.Run();
        Assert.Contains("log_level=info", Assert.Single(File.ReadAllLines(LogFile)), StringComparison.Ordinal);

        await File.WriteAllTextAsync(file, Text("loud"), TestContext.Current.CancellationToken);
        reloading.Run();
        Assert.Equal(LogLevel.Information, log.Levels.Configured);
        Assert.Contains("log_level must be", _console.ToString(), StringComparison.Ordinal);
        Assert.Contains(
            "not all of it could be done: configuration=\"not taken up, and what was in force stays\" opened_again=\"log file, audit files, certificates\"",
            File.ReadAllLines(LogFile)[^1],
            StringComparison.Ordinal);
        Assert.Single(_console.ToString().Split("files were opened again").Skip(1));

        await File.WriteAllTextAsync(file, Text("info") + "cluster_name = \"s3cret\"\nmax_lease_ttl = \"1000h\"\n", TestContext.Current.CancellationToken);
        reloading.Run();
        Assert.Contains("is not taken up until the server is started again", _console.ToString(), StringComparison.Ordinal);
        Assert.Contains("cluster_name, max_lease_ttl", _console.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", _console.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_does_not_belong_to_its_certificate_is_logged_once_at_a_signal_and_nothing_says_that_all_went_well()
    {
        var file = Path.Combine(_folder.FullName, "c.hcl");
        var (certificate, key) = (Path.Combine(_folder.FullName, "tls.crt"), Path.Combine(_folder.FullName, "tls.key"));
        await WritePairAsync(certificate, key);
        await File.WriteAllTextAsync(
            file,
            $$"""
            storage "inmem" {}
            listener "tcp" {
              address       = "{{ReservedPort.ForThisProcess()}}"
              tls_cert_file = "{{certificate}}"
              tls_key_file  = "{{key}}"
            }
            """,
            TestContext.Current.CancellationToken);
        var read = ConfigurationReader.Read([file]);
        var options = read.Options!;
        using var log = new ServerLog(options.Log, _console, _clock);
        await using var server = await CofferServer.StartAsync(
            options with { Loggers = log }, TimeProvider.System, SystemRandom.Instance, TestContext.Current.CancellationToken);
        var reloading = new Reloading(server, log, [file], options.Log.Level, read.Sections);
        _console.GetStringBuilder().Clear();

        await WritePairAsync(certificate, Path.Combine(_folder.FullName, "other.key"));
        reloading.Run();

        var lines = _console.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        var line = lines[0];
        Assert.Contains("[ERROR] a certificate could not be read again; the one that was read before stays in force: problem=", line, StringComparison.Ordinal);
        Assert.Contains("tls_key_file names a file that is not the private key", line, StringComparison.Ordinal);
        Assert.Contains("configuration=\"not taken up, and what was in force stays\" opened_again=\"audit files\"", lines[1], StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", line, StringComparison.Ordinal);
    }

    private static async Task WritePairAsync(string certificateFile, string keyFile)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddHours(1));
        await File.WriteAllTextAsync(certificateFile, certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(keyFile, key.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);
    }

    private sealed class StoppedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);
    }
}
