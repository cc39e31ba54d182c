using System.Net.Sockets;
using Coffer.Sdk.Outbound;

namespace Coffer.Testing;

/// <summary>A network without a guard: one client for all settings, and plain connections. It notes when it is disposed.</summary>
public sealed class TestOutbound(HttpClient http) : IOutbound, IDisposable
{
    public bool IsDisposed { get; private set; }

    /// <summary>The settings that were asked for, in order.</summary>
    public IList<OutboundSettings> Asked { get; } = [];

    public HttpClient Http(OutboundSettings settings)
    {
        Asked.Add(settings);
        return http;
    }

    public async ValueTask<Stream> ConnectAsync(string host, int port, OutboundSettings? tls, CancellationToken cancellation)
    {
        var client = new TcpClient();
        await client.ConnectAsync(host, port, cancellation);
        return client.GetStream();
    }

    public ValueTask<Stream> StartTlsAsync(Stream connection, string host, OutboundSettings tls, CancellationToken cancellation) =>
        throw new NotSupportedException("this network speaks no TLS");

    public void Dispose() => IsDisposed = true;
}
