using System.Collections.Immutable;
using System.Net.Security;
using Coffer.Kernel.Hosting;
using Coffer.Kernel.Telemetry;
using Coffer.Outbound;
using Coffer.Sdk.Leases;
using Coffer.Sdk.Outbound;
using Coffer.Sdk.Primitives;
using Coffer.Server.Configuration;
using Coffer.Server.Files;
using Coffer.Server.Outbound;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Coffer.Server.Telemetry;

/// <summary>Sends the kernel's metrics at an interval, and spans of its requests as they come. No request waits for it; what cannot be delivered is dropped.</summary>
internal sealed class TelemetryExport : IAsyncDisposable
{
    /// <summary>Longest time for one call of the collector, and so for the last ones at the end.</summary>
    private static readonly TimeSpan CallTime = TimeSpan.FromSeconds(5);

    private readonly ServerKernel _kernel;
    private readonly OtlpOptions _options;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly MeterProvider? _metrics;
    private readonly TracerProvider? _traces;
    private readonly Task _sending;

    /// <exception cref="IOException">The file of headers or of certificates cannot be used.</exception>
    public TelemetryExport(ServerKernel kernel, OtlpOptions options, string version, TimeProvider clock, IRandom random, ILogger log)
    {
        _kernel = kernel;
        _options = options;
        _log = log;
        var connect = ConnectorOf(options);
        var resource = ResourceBuilder.CreateEmpty().AddService(options.ServiceName, serviceVersion: version, autoGenerateServiceInstanceId: false, serviceInstanceId: random.Uuid());
        if (options.Metrics)
        {
            var watch = new ExportWatch("metrics", log);
            _metrics = OpenTelemetry.Sdk.CreateMeterProviderBuilder()
                .SetResourceBuilder(resource)
                .AddMeter(KernelMetrics.Name)
                .AddView(instrument => ReferenceEquals(instrument.Meter, kernel.Metrics.Meter) ? null : MetricStreamConfiguration.Drop)
                .AddReader(new BaseExportingMetricReader(new WatchedMetricExporter(ExporterOptions("v1/metrics", connect(watch)), watch)))
                .Build();
        }

        if (options.Traces)
        {
            var watch = new ExportWatch("traces", log);
            _traces = OpenTelemetry.Sdk.CreateTracerProviderBuilder()
                .SetResourceBuilder(resource)
                .AddSource(KernelMetrics.Name)
                .SetSampler(new RequestSampler(options.SampleRatio, options.SamplesByParent, random))
                .AddProcessor(new OwnSpans(kernel.Metrics.Activities, new WatchedTraceExporter(ExporterOptions("v1/traces", connect(watch)), watch)))
                .Build();
        }

        _sending = _metrics is null ? Task.CompletedTask : SendMetricsAsync(_metrics, clock);
    }

    /// <summary>Sends what there is now.</summary>
    /// <returns>False when some of it was not taken.</returns>
    public async Task<bool> FlushAsync(CancellationToken cancellation)
    {
        await _kernel.Requests.CountForGaugesAsync(cancellation);

        // Sending blocks its thread until the collector has answered.
        return await Task.Run(() => (_metrics?.ForceFlush(Milliseconds) ?? true) & (_traces?.ForceFlush(Milliseconds) ?? true), cancellation);
    }

    /// <summary>Sends what there is for the last time. To be called while the kernel still has its instruments.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _sending;
        await Task.WhenAll(Task.Run(() => _metrics?.Dispose()), Task.Run(() => _traces?.Dispose()));
        _stop.Dispose();
    }

    private static int Milliseconds => (int)CallTime.TotalMilliseconds;

    private async Task SendMetricsAsync(MeterProvider metrics, TimeProvider clock)
    {
        using var timer = new PeriodicTimer(_options.Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                await _kernel.Requests.CountForGaugesAsync(_stop.Token);
                await Task.Run(() => metrics.ForceFlush(Milliseconds), _stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The server stops.
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            TelemetryLog.Ended(_log, error);
        }
    }

    private OtlpExporterOptions ExporterOptions(string path, HttpMessageHandler handler) => new()
    {
        Endpoint = _options.IsGrpc ? _options.Endpoint : new Uri($"{_options.Endpoint.AbsoluteUri.TrimEnd('/')}/{path}"),
        Protocol = _options.IsGrpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf,
        TimeoutMilliseconds = Milliseconds,

        // Set here what the exporter would take from the environment otherwise: the configuration alone says where telemetry goes.
        Headers = "",
        Compression = OtlpExportCompression.None,
        HttpClientFactory = () => new HttpClient(handler) { Timeout = CallTime },
    };

    /// <summary>How calls of the collector are connected. Both signals have a connection of their own.</summary>
    private static Func<ExportWatch, HttpMessageHandler> ConnectorOf(OtlpOptions options)
    {
        var headers = options.HeadersFile.Length > 0 ? OtlpHeaders.Read(options.HeadersFile) : ImmutableArray<KeyValuePair<string, string>>.Empty;
        var authorities = options.CaFile.Length > 0 ? BoundedFile.ReadText(options.CaFile) : "";

        // The guard is for addresses that the API names; this one is in the server's configuration.
        var guard = new AddressGuard(allowsLinkLocal: true);
        return watch => new CollectorHandler(headers, watch, OutboundHttp.CreateHandler(environment: null, guard, TlsOf(authorities)));
    }

    private static SslClientAuthenticationOptions? TlsOf(string authorities)
    {
        try
        {
            return TlsSettings.Of(new OutboundSettings { CaPem = authorities });
        }
        catch (EngineException error)
        {
            throw new IOException($"the file that otlp_ca_file names cannot be used: {error.Message}", error);
        }
    }
}
