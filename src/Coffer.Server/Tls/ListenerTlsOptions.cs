using System.Security.Authentication;

namespace Coffer.Server.Tls;

/// <summary>TLS of one listener. The files are read at start, and again at SIGHUP.</summary>
public sealed record ListenerTlsOptions
{
    /// <summary>PEM: the server's certificate, then the intermediate ones, if any.</summary>
    public required string CertificateFile { get; init; }

    /// <summary>PEM: the certificate's private key, unencrypted.</summary>
    public required string KeyFile { get; init; }

    /// <summary>PEM: authorities that clients' certificates must come from; empty: no certificate is asked for.</summary>
    public string ClientCaFile { get; init; } = "";

    /// <summary>Clients are not asked for a certificate, so that none can log in with one; without effect where <see cref="ClientCaFile"/> is set.</summary>
    public bool IgnoresClientCertificates { get; init; }

    /// <summary>A client without a certificate is turned away in the handshake. Needs <see cref="ClientCaFile"/>.</summary>
    public bool ClientCertificateRequired { get; init; }

    /// <summary>Clients that offer HTTP/2 are answered in it; otherwise all speak HTTP/1.1. Default true.</summary>
    public bool Http2 { get; init; } = true;

    /// <summary>TLS 1.2, 1.3 or both, which is the default.</summary>
    public SslProtocols Versions { get; init; } = SslProtocols.Tls12 | SslProtocols.Tls13;
}
