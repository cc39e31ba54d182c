using System.Net;
using System.Text;
using Coffer.Sdk.Primitives;
using Coffer.Server.Configuration;
using Coffer.Server.Tests.Http;
using Coffer.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Coffer.Server.Tests.Telemetry;

/// <summary>A real server that sends to a real receiver, whose bytes are read by hand.</summary>
public sealed class TelemetryExportTests : IAsyncLifetime
{
    private const string GrpcMetrics = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";
    private const string GrpcTraces = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
    private const string ClientTrace = "0af7651916cd43dd8448eb211c80319c";
    private const string ClientSpan = "b7ad6b7169203331";

    private readonly LogCollection _events = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null });
    private CofferServer? _server;

    private CofferServer Server => _server!;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _http.Dispose();
        Assert.Empty(_events.Failures);
    }

    [Theory]
    [InlineData(false, "/v1/metrics")]
    [InlineData(true, GrpcMetrics)]
    public async Task Metrics_are_sent_with_their_labels_their_buckets_and_the_name_of_the_service(bool grpc, string path)
    {
        await using var collector = await Collector.StartAsync(grpc);
        await StartAsync(new OtlpOptions { Endpoint = collector.Address, IsGrpc = grpc, ServiceName = "vault-of-tests" });
        await SendAsync("POST", "secret/one", """{"value":"x"}""");
        await SendAsync("GET", "secret/one");
        await SendAsync("GET", "secret/one");

        Assert.True(await Server.FlushTelemetryAsync(TestContext.Current.CancellationToken));

        var sent = collector.At(path);
        Assert.Equal("vault-of-tests", sent.Path(1, 1).Single().Attributes(1)["service.name"]);
        Assert.Equal("Coffer", sent.Path(1, 2, 1).Single().Text(1));
        var requests = sent.Path(1, 2, 2).Single(metric => metric.Text(1) == "vault.core.handle_request");
        Assert.Equal("s", requests.Text(3));
        var reads = requests.Path(9, 1).Single(point => point.Attributes(9) is var labels && labels["mount_type"] == "kv" && labels["operation"] == "read");
        Assert.Equal("2xx", reads.Attributes(9)["status"]);
        Assert.Equal(2, reads.Fixed64(4));
        Assert.True(reads.Double(5) > 0);
        Assert.Equal(1, sent.Path(1, 2, 2).Single(metric => metric.Text(1) == "vault.core.unsealed").Path(5, 1).Single().Double(4));
        Assert.Equal(1, sent.Path(1, 2, 2).Single(metric => metric.Text(1) == "vault.token.count").Path(5, 1).Single().Double(4));
    }

    [Theory]
    [InlineData(false, "/v1/traces")]
    [InlineData(true, GrpcTraces)]
    public async Task A_request_is_a_span_below_that_of_its_client_which_says_its_mount_and_nothing_below_it(bool grpc, string path)
    {
        await using var collector = await Collector.StartAsync(grpc);
        await StartAsync(new OtlpOptions { Endpoint = collector.Address, IsGrpc = grpc, Metrics = false, Traces = true });
        await SendAsync("POST", "secret/very-private-name", """{"value":"very-private-value"}""");

        // The client does not trace it, which is not for the client to decide.
        var id = await SendAsync("GET", "secret/very-private-name?list=false&very-private-parameter=1", parent: $"00-{ClientTrace}-{ClientSpan}-00");

        Assert.True(await Server.FlushTelemetryAsync(TestContext.Current.CancellationToken));

        var spans = collector.At(path).Path(1, 2, 2).ToArray();
        var read = spans.Single(span => span.Text(5) == "read kv");
        Assert.Equal(ClientTrace, read.Hex(1));
        Assert.Equal(ClientSpan, read.Hex(4));
        Assert.Equal(2, read.Integer(6));
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["coffer.operation"] = "read",
                ["coffer.mount.type"] = "kv",
                ["coffer.mount.path"] = "secret/",
                ["coffer.request.id"] = id,
                ["http.response.status_code"] = "200",
            },
            read.Attributes(9));
        Assert.False(spans.Single(span => span.Text(5) == "update kv").Has(4));
        Assert.All(collector.All, call =>
        {
            var bytes = Encoding.Latin1.GetString(call.Body);
            Assert.DoesNotContain("private", bytes, StringComparison.Ordinal);
            Assert.DoesNotContain(ServerSetup.Root, bytes, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Each_call_carries_the_headers_of_the_configured_file()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "# for the collector\nAuthorization: Bearer of-tests\nX-Tenant: 7\n", TestContext.Current.CancellationToken);
            await using var collector = await Collector.StartAsync();
            await StartAsync(new OtlpOptions { Endpoint = new Uri(collector.Address, "otlp"), HeadersFile = file });

            Assert.True(await Server.FlushTelemetryAsync(TestContext.Current.CancellationToken));

            var call = collector.All[0];
            Assert.Equal("/otlp/v1/metrics", call.Path);
            Assert.Equal("Bearer of-tests", call.Headers["Authorization"]);
            Assert.Equal("7", call.Headers["X-Tenant"]);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_collector_that_is_away_harms_no_request_and_is_said_once(bool grpc)
    {
        using var nobody = new ReservedPort();
        await StartAsync(new OtlpOptions { Endpoint = new Uri($"http://{nobody.EndPoint}"), IsGrpc = grpc, Traces = true });

        for (var i = 0; i < 3; i++)
        {
            await SendAsync("GET", "sys/mounts");
            Assert.False(await Server.FlushTelemetryAsync(TestContext.Current.CancellationToken));
        }

        var lines = _events.Where(line => line.Text.Contains("collector", StringComparison.Ordinal)).ToArray();
        Assert.Equal(["metrics", "traces"], lines.Select(line => line.Fields["signal"]).Order(StringComparer.Ordinal));
        Assert.All(lines, line => Assert.Equal(LogLevel.Warning, line.Level));
        Assert.All(lines, line => Assert.Contains("refused", line.Fields["reason"], StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_collector_that_takes_telemetry_again_is_said_once_too()
    {
        await using var collector = await Collector.StartAsync();
        await StartAsync(new OtlpOptions { Endpoint = collector.Address });

        foreach (var (status, isTaken) in new[] { (200, true), (401, false), (503, false), (200, true), (200, true) })
        {
            collector.Status = status;
            Assert.Equal(isTaken, await Server.FlushTelemetryAsync(TestContext.Current.CancellationToken));
        }

        var lines = _events.Where(line => line.Text.Contains("collector", StringComparison.Ordinal)).ToArray();
        Assert.Equal([LogLevel.Warning, LogLevel.Information], lines.Select(line => line.Level));
        Assert.Equal("it answered with status 401", lines[0].Fields["reason"]);
    }

    [Theory]
    [InlineData("http://collector.invalid:4318", 1)]
    [InlineData("https://collector.invalid:4318", 0)]
    public async Task A_start_warns_where_headers_are_sent_unencrypted_to_another_machine(string endpoint, int warnings)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "Authorization: Bearer hunter2\n", TestContext.Current.CancellationToken);
            await StartAsync(new OtlpOptions { Endpoint = new Uri(endpoint), HeadersFile = file, Interval = TimeSpan.FromHours(1) });

            var lines = _events.Where(line => line.Text.Contains("otlp_headers_file are sent unencrypted", StringComparison.Ordinal)).ToArray();
            Assert.Equal(warnings, lines.Length);
            Assert.All(lines, line => Assert.Equal(LogLevel.Warning, line.Level));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_stop_sends_what_was_not_sent_yet()
    {
        await using var collector = await Collector.StartAsync();
        await StartAsync(new OtlpOptions { Endpoint = collector.Address, Traces = true });
        await SendAsync("GET", "sys/mounts");
        Assert.Empty(collector.All);

        await Server.DisposeAsync();
        _server = null;

        Assert.Contains(collector.At("/v1/traces").Path(1, 2, 2), span => span.Text(5) == "read system");
        Assert.Contains(collector.At("/v1/metrics").Path(1, 2, 2), metric => metric.Text(1) == "vault.core.handle_request");
    }

    [Fact]
    public async Task A_sealed_server_says_that_it_is_sealed_and_nothing_of_what_it_held()
    {
        await using var collector = await Collector.StartAsync();
        await StartAsync(new OtlpOptions { Endpoint = collector.Address });
        await Server.Kernel.SealAsync();

        Assert.True(await Server.FlushTelemetryAsync(TestContext.Current.CancellationToken));

        var metrics = collector.At("/v1/metrics").Path(1, 2, 2).ToArray();
        Assert.Equal(0, metrics.Single(metric => metric.Text(1) == "vault.core.unsealed").Path(5, 1).Single().Double(4));
        Assert.DoesNotContain(metrics, metric => metric.Text(1) == "vault.token.count");
    }

    [Fact]
    public async Task Metrics_are_sent_at_the_configured_interval()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        await using var collector = await Collector.StartAsync();
        await StartAsync(new OtlpOptions { Endpoint = collector.Address, Interval = TimeSpan.FromSeconds(30) }, clock);

        clock.Advance(TimeSpan.FromSeconds(29));
        Assert.Empty(collector.All);
        clock.Advance(TimeSpan.FromSeconds(1));
        await collector.NextAsync();
        Assert.Equal("/v1/metrics", Assert.Single(collector.All).Path);
    }

    [Fact]
    public async Task What_another_server_of_the_process_does_is_not_sent()
    {
        await using var collector = await Collector.StartAsync();
        await StartAsync(new OtlpOptions { Endpoint = collector.Address, Traces = true });
        var address = ReservedPort.ForThisProcess();
        await using var other = await CofferServer.StartAsync(Options(address, otlp: null), TimeProvider.System, SystemRandom.Instance, TestContext.Current.CancellationToken);
        await other.OpenAsync(mount: null, TestContext.Current.CancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{address}/v1/sys/mounts") { Headers = { { "X-Vault-Token", ServerSetup.Root } } };
        (await _http.SendAsync(request, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();

        Assert.True(await Server.FlushTelemetryAsync(TestContext.Current.CancellationToken));

        Assert.Empty(collector.At("/v1/traces").Path(1, 2, 2));
        Assert.DoesNotContain(collector.At("/v1/metrics").Path(1, 2, 2), metric => metric.Text(1) == "vault.core.handle_request");
    }

    private async Task StartAsync(OtlpOptions otlp, TimeProvider? clock = null)
    {
        var address = ReservedPort.ForThisProcess();
        _http.BaseAddress = new Uri($"http://{address}/v1/");
        _server = await CofferServer.StartAsync(Options(address, otlp), clock ?? TimeProvider.System, SystemRandom.Instance, TestContext.Current.CancellationToken);
        await _server.OpenAsync(mount: null, TestContext.Current.CancellationToken);
    }

    private ServerOptions Options(IPEndPoint address, OtlpOptions? otlp) =>
        new() { Storage = StorageOptions.InMemory, Listeners = [new ListenerOptions { Address = address }], Otlp = otlp, Loggers = _events };

    /// <returns>The id of the request.</returns>
    private async Task<string> SendAsync(string method, string path, string? body = null, string? parent = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body is null ? null : new StringContent(body) };
        request.Headers.Add("X-Vault-Token", ServerSetup.Root);
        if (parent is not null)
        {
            request.Headers.Add("traceparent", parent);
        }

        using var answer = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
        return answer.Headers.GetValues("X-Coffer-Request-Id").Single();
    }
}
