using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;

namespace Coffer.Client;

/// <summary>Speaks the HTTP API of Coffer (and of Vault). Safe for use from many threads. Nothing is opened before the first request.</summary>
public sealed class CofferClient : IDisposable
{
    private const int RedirectsMax = 1;
    private readonly IWebProxy? _proxy;
    private readonly Connector _connector;
    private readonly Lazy<HttpMessageInvoker> _http;

    /// <summary>A client for the server that the options name.</summary>
    /// <param name="options">Address, token and the rest. A bad value is an <see cref="ArgumentException"/> that names it.</param>
    /// <param name="handler">Carries the requests instead of real connections; for tests. Not disposed.</param>
    public CofferClient(CofferClientOptions options, HttpMessageHandler? handler = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        foreach (var problem in options.Problems())
        {
            throw new ArgumentException(problem, nameof(options));
        }

        Options = options;
        Server = new Uri(options.Address);
        _proxy = ProxyChoice.Of(options, Server);
        _connector = new Connector(Server, options.Tls, _proxy);
        _http = new Lazy<HttpMessageInvoker>(
            () => new HttpMessageInvoker(handler ?? _connector.Handler(), disposeHandler: handler is null));
    }

    /// <summary>What this client was made with.</summary>
    public CofferClientOptions Options { get; }

    private Uri Server { get; }

    /// <summary>The absolute address a request goes to.</summary>
    public Uri AddressOf(ApiRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return RequestAddress.Of(Server, request);
    }

    /// <summary>The proxy that a request goes through, without user and password; null for none.</summary>
    public Uri? ProxyOf(ApiRequest request) => ProxyChoice.For(_proxy, AddressOf(request));

    /// <summary>The headers sent with a request, in order, the token among them.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> HeadersOf(ApiRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var headers = new List<KeyValuePair<string, string>>();
        var space = Options.Namespace.Trim('/');
        if (space.Length > 0 && space != "root" && !request.RootNamespace)
        {
            headers.Add(new("X-Vault-Namespace", space + "/"));
        }

        headers.Add(new("X-Vault-Request", "true"));
        var token = request.Token ?? Options.Token;
        if (token.Length > 0)
        {
            headers.Add(new("X-Vault-Token", token));
        }

        var wrap = request.WrapTtl ?? Options.WrapTtl;
        if (wrap.Length > 0)
        {
            headers.Add(new("X-Vault-Wrap-Ttl", wrap));
        }

        headers.AddRange(Options.Mfa.Select(mfa => new KeyValuePair<string, string>("X-Vault-MFA", mfa)));
        headers.AddRange(Options.Headers);
        return headers;
    }

    /// <summary>The body sent with a request; empty for none.</summary>
    public static byte[] BodyOf(ApiRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Body is null)
        {
            return [];
        }

        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            request.Body.WriteTo(writer);
        }

        return stream.ToArray();
    }

    /// <summary>
    /// Sends a request, repeating it as the options allow. The reply has a status below 400; any other is an
    /// <see cref="ApiException"/>, and none at all a <see cref="TransportException"/>.
    /// </summary>
    public async Task<ApiReply> SendAsync(ApiRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var timer = Options.Clock.CreateTimer(static source => ((CancellationTokenSource)source!).Cancel(), limit, Options.Timeout, System.Threading.Timeout.InfiniteTimeSpan);
        var body = BodyOf(request);
        try
        {
            for (var attempt = 0; ; attempt++)
            {
                try
                {
                    var reply = await SendOnceAsync(request, body, limit.Token).ConfigureAwait(false);
                    if (attempt >= Options.MaxRetries || !IsWorthRepeating(reply.Status))
                    {
                        return reply.Status < 400 ? reply : throw new ApiException(reply);
                    }
                }
                catch (TransportException error) when (attempt < Options.MaxRetries && error.Failure == TransportFailure.Refused)
                {
                    // A server that restarts refuses connections for a moment; the wait below is for that.
                }

                await Task.Delay(RetryDelay(), Options.Clock, limit.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException error) when (!cancellation.IsCancellationRequested)
        {
            var seconds = Options.Timeout.TotalSeconds.ToString(CultureInfo.InvariantCulture);
            throw new TransportException(
                TransportFailure.Timeout, request.Method.Method, AddressOf(request).OriginalString, $"context deadline exceeded (no reply within {seconds}s)", error);
        }
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose()
    {
        if (_http.IsValueCreated)
        {
            _http.Value.Dispose();
        }
    }

    private static bool IsWorthRepeating(int status) => status is 412 or (>= 500 and not 501);

    // Jittered, so that clients that failed together do not come back together. 1000 to 1500 ms.
    private static TimeSpan RetryDelay() => TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(1000, 1501));

    private async Task<ApiReply> SendOnceAsync(ApiRequest request, byte[] body, CancellationToken cancellation)
    {
        var address = AddressOf(request);
        for (var redirects = 0; ; redirects++)
        {
            using var message = Message(request, address, body);
            using var response = await ExchangeAsync(message, cancellation).ConfigureAwait(false);
            var next = response.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.Redirect or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect
                ? response.Headers.Location
                : null;
            if (next is null || Options.RedirectsDisabled || redirects == RedirectsMax)
            {
                return await ReadAsync(response, request.Method.Method, address, cancellation).ConfigureAwait(false);
            }

            address = Redirect.TargetOf(address, next, out var problem)
                ?? throw new TransportException(TransportFailure.Other, request.Method.Method, address.OriginalString, problem, null);
        }
    }

    private HttpRequestMessage Message(ApiRequest request, Uri address, byte[] body)
    {
        var message = new HttpRequestMessage(request.Method, address);
        if (address.Scheme == "https" && !string.IsNullOrEmpty(Options.Tls.ServerName))
        {
            // The handler takes the name for TLS, asked for and expected, from here and from nowhere else.
            message.Headers.Host = $"{Options.Tls.ServerName}:{address.Port}";
        }

        foreach (var (name, value) in HeadersOf(request))
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        // Not for another host that a redirect leads to, and a header that was asked for goes first.
        if (address.Authority == Server.Authority && message.Headers.Authorization is null && ServerAddress.Authorization(Server) is { } authorization)
        {
            message.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        if (body.Length > 0)
        {
            message.Content = new ByteArrayContent(body);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue(request.ContentType);
        }

        return message;
    }

    private async Task<HttpResponseMessage> ExchangeAsync(HttpRequestMessage message, CancellationToken cancellation)
    {
        var address = message.RequestUri!;
        try
        {
            return await _http.Value.SendAsync(message, cancellation).ConfigureAwait(false);
        }
        catch (HttpRequestException error)
        {
            var (failure, reason) = await ExplainAsync(error, address, cancellation).ConfigureAwait(false);
            throw new TransportException(failure, message.Method.Method, address.OriginalString, reason, error);
        }
    }

    private async Task<(TransportFailure Failure, string Reason)> ExplainAsync(HttpRequestException error, Uri address, CancellationToken cancellation)
    {
        var socket = error.InnerException as SocketException;
        if (_connector.SocketPath is { } path && socket is not null)
        {
            return (TransportFailure.Refused, $"dial unix {path}: connect: {SocketWords(socket)}");
        }

        if (ProxyChoice.For(_proxy, address) is { } proxy && ExplainProxy(error, socket, proxy) is { } reason)
        {
            return (TransportFailure.Proxy, reason);
        }

        if (socket?.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return (TransportFailure.Refused, $"dial tcp {address.Authority}: connect: connection refused");
        }

        if (error.HttpRequestError == HttpRequestError.NameResolutionError)
        {
            return (TransportFailure.UnknownHost, $"dial tcp: lookup {address.Host}: no such host");
        }

        if (_connector.CertificateErrors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            return (TransportFailure.Certificate, $"tls: failed to verify certificate: x509: certificate is not valid for {(string.IsNullOrEmpty(Options.Tls.ServerName) ? address.Host : Options.Tls.ServerName)}");
        }

        if (_connector.CertificateErrors != SslPolicyErrors.None)
        {
            return (TransportFailure.Certificate, "tls: failed to verify certificate: x509: certificate signed by unknown authority");
        }

        if (address.Scheme == "https" && await Connector.SpeaksPlainHttpAsync(address, cancellation).ConfigureAwait(false))
        {
            return (TransportFailure.PlainHttpServer, "http: server gave HTTP response to HTTPS client");
        }

        return (TransportFailure.Other, error.InnerException?.Message ?? error.Message);
    }

    private static string SocketWords(SocketException error) => error.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "connection refused",
        SocketError.AccessDenied => "permission denied",
        SocketError.AddressNotAvailable => "no such file or directory",
        _ => error.Message,
    };

    // Null: the proxy did its part, and the fault is behind it.
    private static string? ExplainProxy(HttpRequestException error, SocketException? socket, Uri proxy) => error switch
    {
        { HttpRequestError: HttpRequestError.ProxyTunnelError, StatusCode: { } status } => $"the proxy {proxy.Authority} refused to connect: {(int)status} {status}",
        { HttpRequestError: HttpRequestError.ProxyTunnelError } => $"the proxy {proxy.Authority} refused to connect",
        { HttpRequestError: HttpRequestError.NameResolutionError } => $"proxyconnect tcp: dial tcp: lookup {proxy.Host}: no such host",
        _ when socket?.SocketErrorCode == SocketError.ConnectionRefused => $"proxyconnect tcp: dial tcp {proxy.Authority}: connect: connection refused",
        _ when socket is not null => $"proxyconnect tcp: dial tcp {proxy.Authority}: {socket.Message}",
        _ => null,
    };

    private static async Task<ApiReply> ReadAsync(HttpResponseMessage response, string method, Uri address, CancellationToken cancellation)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers))
        {
            headers[name] = string.Join(",", values);
        }

        try
        {
            var body = await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false);
            return new ApiReply((int)response.StatusCode, headers, body, method, address.OriginalString);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw new TransportException(TransportFailure.Other, method, address.OriginalString, "the reply broke off: " + error.Message, error);
        }
    }
}
