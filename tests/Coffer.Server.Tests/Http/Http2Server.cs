using System.Net;
using Coffer.Sdk.Primitives;
using Coffer.Server.Configuration;
using Coffer.Server.Tls;
using Coffer.Testing;

namespace Coffer.Server.Tests.Http;

/// <summary>A real server behind TLS on a loopback port, unsealed, with kv version 1 at <c>secret/</c>, and clients that speak HTTP/2 to it.</summary>
internal sealed class Http2Server : IAsyncDisposable
{
    public const string Root = "root";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("coffer-http2-");
    private readonly LogCollection _events = new();
    private CofferServer? _server;

    public IPEndPoint Address { get; } = ReservedPort.ForThisProcess();

    /// <summary>Requests that ended in a way nobody had foreseen.</summary>
    public IReadOnlyCollection<string> Failures => [.. _events.Failures.Select(failure => $"{failure}")];

    public static async Task<Http2Server> StartAsync(Func<ListenerOptions, ListenerOptions>? with = null)
    {
        var server = new Http2Server();
        var (_, tls) = DevCertificate.Make(server._folder.FullName, IPAddress.Loopback, [], TimeProvider.System, SystemRandom.Instance);
        var listener = new ListenerOptions { Address = server.Address, Tls = tls };
        var options = new ServerOptions { Storage = StorageOptions.InMemory, Listeners = [with is null ? listener : with(listener)], Loggers = server._events };
        server._server = await CofferServer.StartAsync(
            options, TimeProvider.System, SystemRandom.Instance, CancellationToken.None);
        await server._server.OpenAsync(mount: null, CancellationToken.None);
        return server;
    }

    /// <summary>A client of this server that speaks one version of HTTP and no other.</summary>
    public HttpClient Client(Version version) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        SslOptions = { RemoteCertificateValidationCallback = (_, served, _, _) => served is not null },
    })
    {
        BaseAddress = new Uri($"https://{Address}"),
        DefaultRequestVersion = version,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        DefaultRequestHeaders = { { "X-Vault-Token", Root } },
    };

    /// <summary>Asks over a connection of its own whether the server still serves.</summary>
    public async Task AssertServesAsync()
    {
        using var client = Client(HttpVersion.Version20);
        using var reply = await client.GetAsync("/v1/sys/health", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
        Assert.True(Failures.Count == 0, string.Join("\n", Failures));
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }
}
