namespace Coffer.Sdk.Outbound;

/// <summary>
/// The network as one mount reaches it. No connection leads to a link-local or metadata address unless the server's configuration allows it, which is judged
/// after names are resolved; no redirect is followed.
/// </summary>
/// <remarks>Its connections end with the engine that it was given to.</remarks>
public interface IOutbound
{
    /// <summary>A client for these settings: the same one for equal settings, with pooled connections, not to be disposed.</summary>
    /// <exception cref="Leases.EngineException">The settings cannot be used, such as a CA that is no certificate; the message says which.</exception>
    HttpClient Http(OutboundSettings settings);

    /// <summary>Opens a connection for a protocol other than HTTP. The caller disposes it.</summary>
    /// <param name="host">A name or an address.</param>
    /// <param name="port">1 to 65535.</param>
    /// <param name="tls">How TLS is spoken from the first byte on; null for a plain connection.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="Leases.EngineException">The host cannot be reached, is forbidden, or is not trusted.</exception>
    ValueTask<Stream> ConnectAsync(string host, int port, OutboundSettings? tls, CancellationToken cancellation);

    /// <summary>Begins TLS on a connection that has been spoken on in plain, as StartTLS does. The stream takes over the connection.</summary>
    /// <exception cref="Leases.EngineException">The other side is not trusted.</exception>
    ValueTask<Stream> StartTlsAsync(Stream connection, string host, OutboundSettings tls, CancellationToken cancellation);
}
