using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Coffer.Outbound;

namespace Coffer.Client;

/// <summary>Opens connections: TCP or Unix sockets, and TLS by the client's options.</summary>
internal sealed class Connector(Uri server, TlsOptions options, IWebProxy? proxy)
{
    /// <summary>What is named when the address is wrong.</summary>
    public const string ProxyOption = "the proxy's address";

    /// <summary>The socket that is connected to; null for TCP.</summary>
    public string? SocketPath => server.Scheme == "unix" ? server.LocalPath : null;

    /// <summary>What the last check of a server certificate found; None before the first.</summary>
    public SslPolicyErrors CertificateErrors { get; private set; }

    public SocketsHttpHandler Handler()
    {
        var handler = OutboundHttp.CreateHandler(proxy);
        if (server.Scheme == "unix")
        {
            handler.ConnectCallback = ConnectUnixAsync;
        }

        if (server.Scheme == "https")
        {
            handler.SslOptions = TlsSettings();
        }

        return handler;
    }

    /// <summary>Whether a plain HTTP server listens where TLS was tried, found out by asking it.</summary>
    public static async Task<bool> SpeaksPlainHttpAsync(Uri address, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(2));
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(address.Host, address.Port, limit.Token).ConfigureAwait(false);
            await socket.SendAsync("HEAD / HTTP/1.0\r\n\r\n"u8.ToArray(), limit.Token).ConfigureAwait(false);
            var start = new byte[5];
            var read = await socket.ReceiveAsync(start, limit.Token).ConfigureAwait(false);
            return start.AsSpan(0, read).SequenceEqual("HTTP/"u8);
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    private SslClientAuthenticationOptions TlsSettings()
    {
        var trusted = Trusted();
        var settings = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) => Accept(certificate, chain, errors, trusted),
        };
        if (!string.IsNullOrEmpty(options.ClientCertificateFile) && !string.IsNullOrEmpty(options.ClientKeyFile))
        {
            settings.ClientCertificates = [X509Certificate2.CreateFromPemFile(options.ClientCertificateFile, options.ClientKeyFile)];
        }

        return settings;
    }

    private bool Accept(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, X509Certificate2Collection? trusted)
    {
        if (options.SkipVerify)
        {
            return true;
        }

        if (trusted is not null && certificate is not null && chain is not null)
        {
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(trusted);
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            errors &= ~SslPolicyErrors.RemoteCertificateChainErrors;
            using var leaf = X509CertificateLoader.LoadCertificate(certificate.Export(X509ContentType.Cert));
            if (!chain.Build(leaf))
            {
                errors |= SslPolicyErrors.RemoteCertificateChainErrors;
            }
        }

        CertificateErrors = errors;
        return errors == SslPolicyErrors.None;
    }

    private X509Certificate2Collection? Trusted()
    {
        string[] files = !string.IsNullOrEmpty(options.CaFile) ? [options.CaFile]
            : !string.IsNullOrEmpty(options.CaDirectory) ? Directory.GetFiles(options.CaDirectory)
            : [];
        if (files.Length == 0)
        {
            return null;
        }

        var trusted = new X509Certificate2Collection();
        foreach (var file in files)
        {
            trusted.ImportFromPemFile(file);
        }

        return trusted.Count > 0 ? trusted : throw new ArgumentException($"no PEM certificate found in {files[0]}");
    }

    private async ValueTask<Stream> ConnectUnixAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath!), cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
