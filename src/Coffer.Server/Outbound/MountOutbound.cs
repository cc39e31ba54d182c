using System.Collections.Concurrent;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Coffer.Outbound;
using Coffer.Sdk.Leases;
using Coffer.Sdk.Outbound;

namespace Coffer.Server.Outbound;

/// <summary>The network of one mount. Its connections are its own, and end when it is disposed.</summary>
/// <param name="guard">Opens every connection.</param>
internal sealed class MountOutbound(AddressGuard guard) : IOutbound, IDisposable
{
    private readonly ConcurrentDictionary<OutboundSettings, Lazy<HttpClient>> _clients = new();

    public HttpClient Http(OutboundSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return _clients.GetOrAdd(settings, asked => new Lazy<HttpClient>(() => NewClient(asked))).Value;
    }

    public async ValueTask<Stream> ConnectAsync(string host, int port, OutboundSettings? tls, CancellationToken cancellation)
    {
        Stream connection;
        try
        {
            connection = await guard.ConnectAsync(host, port, cancellation);
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            throw new EngineException(FailureClass.Transient, $"the outside system could not be reached: {error.Message}", error) { Unsettled = false };
        }

        return tls is null ? connection : await StartTlsAsync(connection, host, tls, cancellation);
    }

    public async ValueTask<Stream> StartTlsAsync(Stream connection, string host, OutboundSettings tls, CancellationToken cancellation)
    {
        var secured = new SslStream(connection, leaveInnerStreamOpen: false);
        try
        {
            var options = TlsSettings.Of(tls) ?? new SslClientAuthenticationOptions();
            options.TargetHost = tls.ServerName.Length > 0 ? tls.ServerName : host;
            await secured.AuthenticateAsClientAsync(options, cancellation);
            return secured;
        }
        catch (Exception error)
        {
            await secured.DisposeAsync();
            if (error is AuthenticationException or IOException)
            {
                throw new EngineException(FailureClass.Transient, $"the outside system's TLS could not be trusted or spoken: {error.Message}", error) { Unsettled = false };
            }

            throw;
        }
    }

    public void Dispose()
    {
        foreach (var client in _clients.Values.Where(client => client.IsValueCreated))
        {
            client.Value.Dispose();
        }
    }

    private HttpClient NewClient(OutboundSettings settings) =>
        new(new SpanHandler(OutboundHttp.CreateHandler(environment: null, guard, TlsSettings.Of(settings)))) { Timeout = settings.Timeout };
}
