using Coffer.Kernel.Hosting;
using Coffer.Kernel.Logging;
using Coffer.Outbound;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Primitives;
using Coffer.Server.Configuration;
using Coffer.Server.Http;
using Coffer.Server.Http.Answers;
using Coffer.Server.Http.Bodies;
using Coffer.Server.Outbound;
using Coffer.Server.Telemetry;
using Coffer.Storage;
using Microsoft.Extensions.Logging;

namespace Coffer.Server;

/// <summary>A running server: the store, the kernel and the listeners, put together here and nowhere else.</summary>
public sealed class CofferServer : IAsyncDisposable
{
    private readonly IStore _store;
    private readonly List<KestrelListener> _listeners = [];

    private readonly MemoryReturn _memory;
    private readonly AnswerBudget _answers;
    private TelemetryExport? _telemetry;

    private CofferServer(IStore store, ServerKernel kernel, AnswerBudget answers, MemoryReturn memory)
    {
        _store = store;
        _answers = answers;
        _memory = memory;
        Kernel = kernel;
    }

    /// <summary>The version that the API reports: that of the Vault API spoken, with Coffer's own behind it.</summary>
    public static string Version => CofferVersion.Reported;

    public ServerKernel Kernel { get; }

    /// <summary>Opens the store and begins to listen; sealed until it is unsealed.</summary>
    /// <exception cref="IOException">The store cannot be opened, an address cannot be bound, or the environment names a proxy that is none.</exception>
    public static async Task<CofferServer> StartAsync(
        ServerOptions options, TimeProvider clock, IRandom random, CancellationToken cancellation) =>
        await StartAsync(options, await options.Storage.OpenAsync(cancellation), clock, random, cancellation);

    /// <summary>As the other, on a store that is open already; it is closed with the server.</summary>
    /// <exception cref="IOException">An address cannot be bound, or a file that telemetry needs cannot be used.</exception>
    public static async Task<CofferServer> StartAsync(
        ServerOptions options, IStore store, TimeProvider clock, IRandom random, CancellationToken cancellation)
    {
        var log = options.Loggers.CreateLogger(LogNames.Core);
        StartLog.Starts(log, Version, options.Storage.Type.Name);
        var guard = new AddressGuard(options.AllowsLinkLocalEndpoints);
        CheckProxies();
        var levels = options.LogLevels ?? new LogLevels(options.Log.Level);
        var kernel = new ServerKernel(new KernelOptions(options)
        {
            Store = store,
            Condition = store as IStoreCondition,
            Clock = clock,
            Random = random,
            Engines = options.Engines,
            Outbound = () => new MountOutbound(guard),
            SlowWork = new SlowWork(options.PasswordHashing.Threads, options.PasswordHashing.WaitingMax),
            StorageType = options.Storage.Type.Name,
            Version = Version,
            ApiAddress = options.ApiAddress.Length > 0 ? options.ApiAddress : AddressOf(options.Listeners[0]),
            Loggers = options.Loggers,
            LogLevels = levels,
            DescribeConfiguration = json => SanitizedConfiguration.Write(json, options),
            DescribeHost = Host.HostReport.Write,
        });
        var largest = options.Listeners.Select(listener => listener.RequestBytesMax).ToArray();
        var memory = MemoryReturn.OfProcess(TimeProvider.System);
        var server = new CofferServer(store, kernel, AnswerBudget.For(largest, TimeProvider.System, memory), memory);
        var bodies = BodyBudget.For(largest, memory);
        try
        {
            if (options.Otlp is { } otlp)
            {
                server._telemetry = new TelemetryExport(kernel, otlp, CofferVersion.Own, clock, random, log);
                TelemetryLog.Sent(log, otlp.Endpoint.Authority, otlp.Metrics ? "yes" : "no", otlp.Traces ? "yes" : "no");
                if (otlp.SendsHeadersUnencrypted)
                {
                    TelemetryLog.HeadersUnencrypted(log);
                }
            }

            foreach (var listener in options.Listeners)
            {
                await server.ListenAsync(listener, bodies, random, options.Loggers, cancellation);
            }

            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Takes up what was changed on the disk: audit files that were moved away, certificates that were renewed.</summary>
    /// <returns>For each certificate that cannot be used: why. What was read before stays in force.</returns>
    public IReadOnlyList<string> Reload()
    {
        Kernel.ReopenAudit();
        return [.. _listeners.Select(listener => listener.Reload()).OfType<string>().Distinct()];
    }

    /// <summary>Sends the telemetry that there is now, if it is sent at all.</summary>
    /// <returns>False when the collector did not take all of it.</returns>
    internal Task<bool> FlushTelemetryAsync(CancellationToken cancellation) => _telemetry?.FlushAsync(cancellation) ?? Task.FromResult(true);

    /// <summary>Stops listening, lets what runs end, sends the last telemetry, seals, and closes the store.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var listener in _listeners)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            await listener.StopAsync(patience.Token);
            listener.Dispose();
        }

        _memory.Dispose();
        if (_telemetry is not null)
        {
            await _telemetry.DisposeAsync();
        }

        await Kernel.DisposeAsync();
        await _store.DisposeAsync();
    }

    /// <exception cref="IOException">The environment names a proxy that cannot be one.</exception>
    private static void CheckProxies()
    {
        try
        {
            EnvironmentProxy.From(Environment.GetEnvironmentVariable);
        }
        catch (ProxyException error)
        {
            throw new IOException($"{error.Message}, or take the variable out of the server's environment", error);
        }
    }

    private static string AddressOf(ListenerOptions listener) => listener.IsSocket ? $"unix://{listener.Address}" : $"{(listener.Tls is null ? "http" : "https")}://{listener.Address}";

    private async Task ListenAsync(
        ListenerOptions options, BodyBudget bodies, IRandom random, ILoggerFactory loggers, CancellationToken cancellation)
    {
        var listener = new KestrelListener(options, loggers);
        _listeners.Add(listener);
        await listener.StartAsync(new HttpFrontend(Kernel, new RequestReader(random, options, bodies, Kernel), _answers, options, loggers.CreateLogger(LogNames.Core)), cancellation);
        ListenerLog.Listens(loggers.CreateLogger(LogNames.Listener), $"{options.Address}", options.Tls is null ? "disabled" : "enabled");
    }
}
