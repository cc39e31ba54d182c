using System.Net.Security;
using System.Net.Sockets;
using Coffer.Kernel.Logging;
using Coffer.Server.Configuration;
using Coffer.Server.Http.Bodies;
using Coffer.Server.Logging;
using Coffer.Server.Tls;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Coffer.Server.Http;

/// <summary>One address that is listened on, with limits of its own, and TLS where it is configured.</summary>
internal sealed class KestrelListener : IDisposable
{
    /// <summary>Longest line of method, path and query, in bytes.</summary>
    internal const int RequestLineBytesMax = 16 * 1024;

    /// <summary>All headers of a request together, in bytes.</summary>
    internal const int HeadersBytesMax = 64 * 1024;

    /// <summary>Longest name or value of one header in HTTP/2, in bytes.</summary>
    internal const int FieldBytesMax = 16 * 1024;

    /// <summary>Requests that one connection of HTTP/2 may have open at once: the least that the protocol recommends.</summary>
    internal const int StreamsMax = 100;

    private static readonly TimeSpan HandshakeTime = TimeSpan.FromSeconds(10);

    private readonly ListenerOptions _options;
    private readonly KestrelServer _server;
    private readonly ListenerCertificate? _certificate;
    private readonly ServiceProvider? _services;

    /// <exception cref="IOException">A file of the certificate cannot be used.</exception>
    public KestrelListener(ListenerOptions options, ILoggerFactory loggers)
    {
        _options = options;
        var listener = loggers.CreateLogger(LogNames.Listener);
        var log = new KestrelLog(listener);
        var kestrel = new KestrelServerOptions { AddServerHeader = false, AllowSynchronousIO = false };

        kestrel.RequestHeaderEncodingSelector = static name => name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) ? DigitsEncoding.Instance : null;
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MaxRequestLineSize = RequestLineBytesMax;
        kestrel.Limits.MaxRequestHeadersTotalSize = HeadersBytesMax;
        kestrel.Limits.Http2.MaxRequestHeaderFieldSize = FieldBytesMax;
        kestrel.Limits.RequestHeadersTimeout = options.Times.ReadHeader;
        kestrel.Limits.MaxRequestBufferSize = BodyLimits.ReadAheadBytes;

        // Its own limit refuses the new connection, however long others have been idle.
        kestrel.Limits.MaxConcurrentConnections = null;
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(240, options.SlowBodyTime);
        kestrel.Limits.KeepAliveTimeout = options.Times.Idle;
        kestrel.Limits.Http2.MaxStreamsPerConnection = StreamsMax;

        // What a client may send ahead is the same for all its streams together as for a connection of HTTP/1.1.
        kestrel.Limits.Http2.InitialConnectionWindowSize = BodyLimits.ReadAheadBytes;
        kestrel.Limits.Http2.InitialStreamWindowSize = BodyLimits.StreamReadAheadBytes;
        if (options.Tls is { } tls)
        {
            _certificate = new ListenerCertificate(tls);
            _services = KestrelServices(log);
            kestrel.ApplicationServices = _services;
        }

        var places = new ConnectionPlaces(options.ConnectionsMax, listener, TimeProvider.System);
        kestrel.Listen(options.Address, listen =>
        {
            listen.Protocols = options.Tls is { Http2: true } ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http1;
            listen.Use(places.Admit());
            if (_certificate is { } certificate)
            {
                listen.UseHttps(new TlsHandshakeCallbackOptions
                {
                    HandshakeTimeout = HandshakeTime,
                    OnConnection = _ => new ValueTask<SslServerAuthenticationOptions>(certificate.Current),
                });
            }

            listen.Use(FirstBytes.Within(options.Times.ReadHeader));
        });
        _server = new KestrelServer(Options.Create(kestrel), new SocketListeners(log, listener, TimeProvider.System), log);
    }

    /// <exception cref="IOException">The address cannot be bound, or a socket not given to whom it is for.</exception>
    public async Task StartAsync(IHttpApplication<IFeatureCollection> application, CancellationToken cancellation)
    {
        if (SocketPath is { } stale)
        {
            UnixSocketFile.Clear(stale);
        }

        try
        {
            await _server.StartAsync(application, cancellation);
        }
        catch (Exception error) when ((error as SocketException ?? error.InnerException?.InnerException) is SocketException refused)
        {
            throw new IOException($"the listener on {_options.Address} cannot be opened: {Reason(refused)}; the address is what \"address\" of the listener says, or -dev-listen-address", error);
        }

        if (SocketPath is { } path)
        {
            UnixSocketFile.Give(path, _options.Socket);
        }
    }

    private static string Reason(SocketException error) => error.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => "another program listens there already: stop it, or choose another address",
        SocketError.AccessDenied => "this user may not listen there: choose a port from 1024 on, or give the program the right to",
        SocketError.AddressNotAvailable => "this machine has no such address: choose one of its own",
        _ => error.Message,
    };

    private string? SocketPath => _options.IsSocket ? _options.Address.ToString() : null;

    /// <summary>Stops listening and lets requests that run end, for as long as <paramref name="patience"/> lasts.</summary>
    public Task StopAsync(CancellationToken patience) => _server.StopAsync(patience);

    /// <summary>Reads the certificate's files again.</summary>
    /// <returns>Why they cannot be used, in which case what was read before stays in force; null when they can.</returns>
    public string? Reload() => _certificate?.Reload();

    public void Dispose()
    {
        _server.Dispose();
        _services?.Dispose();
    }

    /// <summary>Its TLS takes what it needs from a container of its own.</summary>
    private static ServiceProvider KestrelServices(ILoggerFactory log)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.Services.AddMetrics();
        builder.Services.AddLogging();
        builder.Services.AddSingleton(log);
        return builder.Services.BuildServiceProvider();
    }
}
