using System.Net;
using System.Net.Security;

namespace Coffer.Outbound;

/// <summary>Makes the handlers of every connection that a program of ours opens to another: no redirects, no cookies, proxies by one set of rules.</summary>
public static class OutboundHttp
{
    /// <summary>
    /// What a request of <see cref="CreateHandler(Func{string, string}?)"/> goes through, such as a proxy and the variable that names it, for errors; never a
    /// user or a password. Not set on requests that go straight to their server.
    /// </summary>
    public static readonly HttpRequestOptionsKey<string> Way = new("coffer.outbound.way");

    /// <summary>
    /// A handler that never follows a redirect: a request carries a token or a signature, and belongs to nobody but the server that it was made for.
    /// </summary>
    /// <param name="environment">Looks a variable up; the process's own when null.</param>
    /// <exception cref="ProxyException">The environment names a proxy that cannot be one.</exception>
    public static HttpMessageHandler CreateHandler(Func<string, string?>? environment = null)
    {
        var proxy = EnvironmentProxy.From(environment ?? Environment.GetEnvironmentVariable);
        var handler = CreateHandler(proxy);
        return proxy is null ? handler : new WayHandler(proxy, handler);
    }

    /// <summary>As the other, for requests that a configuration written over the API asks for: no connection leads where the guard forbids it.</summary>
    /// <param name="environment">As of the other.</param>
    /// <param name="guard">Opens the connections, those to a proxy as well.</param>
    /// <param name="tls">How TLS is spoken; null for the system's way.</param>
    /// <exception cref="ProxyException">The environment names a proxy that cannot be one.</exception>
    public static HttpMessageHandler CreateHandler(Func<string, string?>? environment, AddressGuard guard, SslClientAuthenticationOptions? tls)
    {
        ArgumentNullException.ThrowIfNull(guard);
        var proxy = EnvironmentProxy.From(environment ?? Environment.GetEnvironmentVariable);
        var sockets = CreateHandler(proxy);
        sockets.ConnectCallback = (context, cancellation) => guard.ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, cancellation);
        if (tls is not null)
        {
            sockets.SslOptions = tls;
        }

        var guarded = new GuardHandler(guard, sockets);
        return proxy is null ? guarded : new WayHandler(proxy, guarded);
    }

    /// <summary>As the other, with a proxy that is given, and without <see cref="Way"/>.</summary>
    /// <param name="proxy">Null for none.</param>
    public static SocketsHttpHandler CreateHandler(IWebProxy? proxy) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        UseProxy = proxy is not null,
        Proxy = proxy,

        // The ids of our traces are no business of outside systems.
        ActivityHeadersPropagator = null,
    };
}
