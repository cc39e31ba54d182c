using System.Net;

namespace Coffer.Outbound;

/// <summary>Makes the handlers of every connection that a program of ours opens to another: no redirects, no cookies, proxies by one set of rules.</summary>
public static class OutboundHttp
{
    /// <summary>
    /// A handler that never follows a redirect: a request carries a token or a signature, and belongs to nobody but the server that it was made for.
    /// </summary>
    /// <param name="environment">Looks a variable up; the process's own when null.</param>
    /// <exception cref="ProxyException">The environment names a proxy that cannot be one.</exception>
    public static SocketsHttpHandler CreateHandler(Func<string, string?>? environment = null) =>
        CreateHandler(EnvironmentProxy.From(environment ?? Environment.GetEnvironmentVariable));

    /// <summary>As the other, with a proxy that is given.</summary>
    /// <param name="proxy">Null for none.</param>
    public static SocketsHttpHandler CreateHandler(IWebProxy? proxy) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        UseProxy = proxy is not null,
        Proxy = proxy,
    };
}
