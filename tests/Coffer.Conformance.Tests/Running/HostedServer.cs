using Coffer.Sdk.Primitives;
using Coffer.Server;
using Coffer.Server.Configuration;
using Coffer.Testing;

namespace Coffer.Conformance.Tests.Running;

/// <summary>A server in this process, at a port of its own and in a time of its own.</summary>
internal sealed class HostedServer : IServer
{
    /// <summary>A wait passes in steps of this length, so that what is due at different times happens in that order.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    private readonly CaseClock _clock = new();
    private readonly bool _production;
    private readonly ServerFolder? _folder;
    private readonly ReservedPort _port = new();
    private readonly ITestOutputHelper? _output = TestContext.Current.TestOutputHelper;
    private (CofferServer Server, IAsyncDisposable Owner)? _running;

    private HostedServer(bool production)
    {
        _production = production;
        _folder = production ? new ServerFolder() : null;
    }

    public string Address => $"http://{_port.EndPoint}";

    public TimeProvider Clock => _clock;

    public static async Task<IServer> StartAsync(bool production, CancellationToken cancellation)
    {
        var server = new HostedServer(production);
        try
        {
            // Away from the test's context, so that background work runs on the thread pool as in the program.
            await Task.Run(() => server.LaunchAsync(cancellation), cancellation);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async Task WaitAsync(TimeSpan time, CancellationToken cancellation)
    {
        await SettleAsync(cancellation);
        for (var left = time; left > TimeSpan.Zero; left -= Step)
        {
            _clock.Move(left < Step ? left : Step);
            await SettleAsync(cancellation);
        }
    }

    public async Task RestartAsync(bool gently, CancellationToken cancellation)
    {
        if (!gently)
        {
            throw new NotSupportedException("Only a process can be killed: a case that kills its server runs against the program.");
        }

        await StopAsync();
        await Task.Run(() => LaunchAsync(cancellation), cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _port.Dispose();
        _folder?.Dispose();
    }

    private async Task LaunchAsync(CancellationToken cancellation)
    {
        if (_folder is not null)
        {
            var options = ConfigurationReader.Read([_folder.WriteConfiguration(_port.EndPoint)]).Options
                ?? throw new InvalidOperationException("the configuration of the cases is not valid");
            var server = await CofferServer.StartAsync(options with { Loggers = new TestOutputLog(_output) }, _clock, SystemRandom.Instance, cancellation);
            _running = (server, server);
            return;
        }

        var dev = new DevServerOptions(_port.EndPoint, "root", KvVersion1: false, TokenFile: null) { AuditFolder = ServerFolder.Audit, Clock = _clock };
        var started = await DevServer.StartAsync(dev, new TestOutputLog(_output), cancellation);
        _running = (started.Server, started);
    }

    private async Task StopAsync()
    {
        if (_running is { } running)
        {
            _running = null;
            await running.Owner.DisposeAsync();
        }
    }

    /// <summary>Ends when the server does nothing by itself until its time moves on or a request comes.</summary>
    private async Task SettleAsync(CancellationToken cancellation)
    {
        while (_running is { Server.Kernel.IsIdle: false })
        {
            await Task.Delay(1, cancellation);
        }
    }
}
