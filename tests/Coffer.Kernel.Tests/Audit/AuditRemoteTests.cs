using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Coffer.Audit;
using Coffer.Audit.Chain;
using Coffer.Audit.Devices;
using Coffer.Audit.Sinks;
using Coffer.Audit.Tests;
using Coffer.Audit.Verification;
using Coffer.Kernel.Logging;
using Coffer.Sdk.Engines;
using Coffer.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coffer.Kernel.Tests.Audit;

public sealed partial class AuditRemoteTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_tcp_device_sends_a_chain_that_verifies()
    {
        using var receiver = LineReceiver.Tcp();
        await using (var server = await StartAsync("tcp://127.0.0.1:*"))
        {
            await server.OkAsync(Operation.Update, "sys/audit/away", Socket(receiver.Address));
            Assert.Equal("update", Entry((await receiver.WaitAsync(1))[0]).GetProperty("request").GetProperty("operation").GetString());

            await server.OkAsync(Operation.Update, "echo/a", """{"password":"hunter2"}""");
        }

        // The test entry came over a connection of its own; the answer to the enabling request begins the device's chain.
        var lines = (await receiver.WaitAsync(5)).Skip(1).ToArray();
        Assert.DoesNotContain(lines, line => line.Contains("hunter2", StringComparison.Ordinal));
        Assert.Contains("checkpoint", lines[^1], StringComparison.Ordinal);
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"));
        Assert.Null(AuditVerifier.Verify(stream).Break);
    }

    [Fact]
    public async Task A_unix_and_a_udp_device_send_what_a_tcp_device_sends()
    {
        using var unix = LineReceiver.Unix(_folder.File("a.sock"), SocketType.Stream);
        using var udp = LineReceiver.Udp();
        await using var server = await StartAsync($"unix://{_folder.File("a.sock")}", $"udp://{udp.Address}");
        await server.OkAsync(Operation.Update, "sys/audit/unix", Socket(_folder.File("a.sock"), "unix"));
        await server.OkAsync(Operation.Update, "sys/audit/udp", Socket(udp.Address, "udp"));

        await server.OkAsync(Operation.Update, "echo/a", "{}");

        Assert.Equal("echo/a", Entry((await unix.WaitAsync(6))[^1]).GetProperty("request").GetProperty("path").GetString());
        Assert.Equal("echo/a", Entry((await udp.WaitAsync(4))[^1]).GetProperty("request").GetProperty("path").GetString());
    }

    [Theory]
    [InlineData(SocketType.Dgram)]
    [InlineData(SocketType.Stream)]
    public async Task A_syslog_device_frames_its_lines_as_the_system_log_takes_them(SocketType kind)
    {
        var path = _folder.File("log");
        using var receiver = LineReceiver.Unix(path, kind);
        await using var server = await StartAsync(
            new AuditBounds { ApiMayCreate = true, Targets = ["syslog"], SystemLogSockets = [_folder.File("none"), path] });
        await server.OkAsync(Operation.Update, "sys/audit/log", """{"type":"syslog","options":{"facility":"local3","tag":"vault"}}""");

        await server.OkAsync(Operation.Update, "echo/a", "{}");

        // Local3 is 19: 19 × 8 + 6.
        var frame = SystemLogFrame().Match((await receiver.WaitAsync(4))[^1]);
        Assert.True(frame.Success);
        Assert.Equal("<158>Jan  2 03:04:05", frame.Groups["head"].Value);
        Assert.Equal("echo/a", Entry(frame.Groups["line"].Value).GetProperty("request").GetProperty("path").GetString());
    }

    [Fact]
    public async Task A_receiver_that_is_away_delays_nothing_and_gets_every_entry_in_order_when_it_is_back()
    {
        using var port = new ReservedPort();
        var first = LineReceiver.Tcp(port.Number);
        await using var server = await StartAsync("tcp://127.0.0.1:*");
        await server.OkAsync(Operation.Update, "sys/audit/away", Socket(first.Address));
        await first.WaitAsync(2);
        first.Dispose();

        for (var i = 0; i < 20; i++)
        {
            await server.OkAsync(Operation.Update, $"echo/{i}", "{}");
        }

        Assert.Equal(20, server.Runs);
        while (!server.Failures.Any(failure => failure.Message.Contains("cannot reach tcp://", StringComparison.Ordinal)))
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        using var second = LineReceiver.Tcp(port.Number);
        while (!second.Lines.Any(line => Told(line) == ("response", "echo/19")))
        {
            server.Clock.Advance(AuditLimits.ResendMax);
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        // One that took longer than the clock allowed comes again, under its number.
        var lines = second.Lines.DistinctBy(Number).ToArray();
        Assert.Equal(second.Lines.Select(Number).Order(), second.Lines.Select(Number));
        Assert.Equal(lines.Select((_, i) => Number(lines[0]) + i), lines.Select(Number));
        Assert.Equal(Enumerable.Range(0, 20).SelectMany(i => (string[])["request", "response"], (i, type) => (type, $"echo/{i}")), lines.TakeLast(40).Select(Told));

        static long Number(string line) => Entry(line).GetProperty("seq").GetInt64();
        static (string, string) Told(string line) =>
            (Entry(line).GetProperty("type").GetString()!, Entry(line).GetProperty("request").GetProperty("path").GetString()!);
    }

    [Fact]
    public async Task Only_a_full_spool_holds_entries_up_and_room_lets_them_go_on()
    {
        var sender = new StubSender { Fails = true };
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        await using var sink = new SpoolSink(sender, "stub", "", new AuditSigner(AuditSigner.NewKey(), "d"), clock, NullLogger.Instance, bytesMax: 30);
        byte[] entry = [.. "{\"a\":12345"u8];

        await sink.WriteAsync(entry, here: true, TestContext.Current.CancellationToken);
        await sink.WriteAsync(entry, here: true, TestContext.Current.CancellationToken);
        await sink.WriteAsync(entry, here: true, TestContext.Current.CancellationToken);
        var fourth = sink.WriteAsync(entry, here: true, TestContext.Current.CancellationToken);
        using var impatient = new CancellationTokenSource();
        var fifth = sink.WriteAsync(entry, here: true, impatient.Token);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fifth);
        Assert.False(fourth.IsCompleted);
        Assert.Equal(40, sink.WaitingBytes);

        sender.Fails = false;
        while (!fourth.IsCompleted)
        {
            clock.Advance(AuditLimits.ResendMax);
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        await fourth;
    }

    [Fact]
    public async Task What_a_closed_device_could_not_send_is_counted_and_told()
    {
        var events = new LogCollection();
        var sink = new SpoolSink(
            new StubSender { Fails = true }, "stub", "", new AuditSigner(AuditSigner.NewKey(), "d"), TimeProvider.System, events.CreateLogger(LogNames.Core));
        await sink.WriteAsync("{\"a\":1"u8.ToArray(), here: true, TestContext.Current.CancellationToken);
        await sink.WriteAsync("{\"a\":2"u8.ToArray(), here: true, TestContext.Current.CancellationToken);

        await sink.DisposeAsync();

        Assert.Contains("an audit device was closed with 2 entries that stub did not take", events.Select(logged => logged.Text));
        await Assert.ThrowsAsync<AuditUnavailableException>(() => sink.WriteAsync("{\"a\":3"u8.ToArray(), here: true, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_fits_no_datagram_does_not_run_instead_of_going_unrecorded()
    {
        using var udp = LineReceiver.Udp();
        await using var server = await StartAsync("udp://127.0.0.1:*");
        await server.OkAsync(Operation.Update, "sys/audit/udp", Socket(udp.Address, "udp"));
        var many = string.Join(',', Enumerable.Range(0, 5000).Select(i => $"\"key{i}\":\"v\""));

        var reply = await server.SendAsync(Operation.Update, "echo/big", $"{{{many}}}");

        Assert.Equal(500, reply.Status);
        Assert.Equal(0, server.Runs);
    }

    [Fact]
    public async Task CVE_2025_6000_nothing_the_api_accepts_names_a_socket_outside_what_the_configuration_allows()
    {
        using var open = LineReceiver.Tcp();
        await using var server = await StartAsync("tcp://127.0.0.1:1", "unix:///allowed.sock");

        Assert.Contains("not among the targets", await server.RefusedAsync(Operation.Update, "sys/audit/a", Socket(open.Address)), StringComparison.Ordinal);
        Assert.Contains("not among the targets", await server.RefusedAsync(Operation.Update, "sys/audit/a", Socket("/allowed.sock2", "unix")), StringComparison.Ordinal);
        Assert.Contains("not among the targets", await server.RefusedAsync(Operation.Update, "sys/audit/a", """{"type":"syslog"}"""), StringComparison.Ordinal);
        Assert.Contains("unable to send to address: Connection refused", await server.RefusedAsync(Operation.Update, "sys/audit/a", Socket("127.0.0.1:1")), StringComparison.Ordinal);
        Assert.Equal("{}", (await server.OkAsync(Operation.Read, "sys/audit")).GetProperty("data").GetRawText());
        Assert.Empty(open.Lines);
    }

    private static Task<AuditServer> StartAsync(params string[] targets) => StartAsync(new AuditBounds { ApiMayCreate = true, Targets = [.. targets] });

    private static Task<AuditServer> StartAsync(AuditBounds bounds) => AuditServer.StartAsync(bounds);

    private static string Socket(string address, string kind = "tcp") => $$$"""{"type":"socket","options":{"address":"{{{address}}}","socket_type":"{{{kind}}}"}}""";

    private static JsonElement Entry(string line) => JsonElement.Parse(line);

    [GeneratedRegex(@"^(?<head><\d+>\w{3} [ \d]\d [\d:]{8}) vault\[\d+\]: (?<line>\{.*\})$")]
    private static partial Regex SystemLogFrame();

    private sealed class StubSender : ILineSender
    {
        private volatile bool _fails;

        public bool Fails
        {
            get => _fails;
            set => _fails = value;
        }

        public int LineBytesMax => int.MaxValue;

        public ValueTask SendAsync(ReadOnlyMemory<byte> line, CancellationToken cancellation) =>
            Fails ? ValueTask.FromException(new IOException("stub")) : ValueTask.CompletedTask;

        public void Abandon()
        {
        }

        public void Dispose()
        {
        }
    }
}
