using Coffer.Audit.Devices;
using Coffer.AwsSandbox;
using Coffer.Sdk.Primitives;
using Coffer.Server;
using Coffer.Server.Configuration;
using Coffer.Testing;

namespace Coffer.Cli.Tests.Running;

/// <summary>A server in this process that a script runs against; disposing stops it.</summary>
/// <param name="RootToken">Empty for a server that is not initialised.</param>
internal sealed record RealServer(string Address, string RootToken, IAsyncDisposable Server) : IAsyncDisposable
{
    /// <summary>What was logged as a failure.</summary>
    public IReadOnlyList<string> Failures => [.. Events.Failures.Select(failure => $"{failure}")];

    private LogCollection Events { get; init; } = new();

    /// <summary>A development server, as <c>server -dev</c> runs it, with a local AWS account beside it when asked for.</summary>
    public static async Task<RealServer> StartDevAsync(bool withAws, CancellationToken cancellation)
    {
        var address = ReservedPort.ForThisProcess();
        var events = new LogCollection();
        var account = withAws ? await SandboxAccount.StartAsync(cancellation: cancellation) : null;
        try
        {
            var dev = new DevServerOptions(address, "root", KvVersion1: false, TokenFile: null);
            var server = await DevServer.StartAsync(dev, events, cancellation);
            return new RealServer($"http://{address}", server.RootToken, server) { Account = account, Events = events };
        }
        catch
        {
            await (account?.DisposeAsync() ?? default);
            throw;
        }
    }

    /// <summary>A server whose store is empty, in memory, with audit files below the given folder.</summary>
    public static async Task<RealServer> StartEmptyAsync(string auditFolder, CancellationToken cancellation)
    {
        var address = ReservedPort.ForThisProcess();
        var events = new LogCollection();
        var options = new ServerOptions
        {
            Storage = StorageOptions.InMemory,
            Loggers = events,
            Listeners = [new ListenerOptions { Address = address }],
            Audit = new AuditBounds { ApiMayCreate = auditFolder.Length > 0, Folder = auditFolder },
        };
        var server = await CofferServer.StartAsync(options, TimeProvider.System, SystemRandom.Instance, cancellation);
        return new RealServer($"http://{address}", "", server) { Events = events };
    }

    /// <summary>Where the AWS account answers; empty without one.</summary>
    public string AwsUrl => Account?.Url.ToString().TrimEnd('/') ?? "";

    /// <summary>The account's own key and its secret.</summary>
    public (string KeyId, string Secret) AwsKey => Account?.AdminKey ?? default;

    private SandboxAccount? Account { get; init; }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await (Account?.DisposeAsync() ?? default);
    }
}
