using System.Net;

namespace Coffer.Outbound;

/// <summary>The address of one proxy: <c>http</c>, <c>https</c>, <c>socks5</c> or <c>socks5h</c>, and <c>HOST:PORT</c> for an http one.</summary>
public sealed class ProxyAddress
{
    private ProxyAddress(Uri address, NetworkCredential? credentials, string source) => (Address, Credentials, Source) = (address, credentials, source);

    /// <summary>Who names it, such as <c>the environment variable HTTPS_PROXY</c>.</summary>
    public string Source { get; }

    /// <summary>Without user and password.</summary>
    public Uri Address { get; }

    /// <summary>Null when the address names none.</summary>
    public NetworkCredential? Credentials { get; }

    /// <param name="text">As it is written in a variable or an option.</param>
    /// <param name="source">What to name when it is wrong, such as <c>HTTPS_PROXY</c>.</param>
    /// <exception cref="ProxyException">It is no address of a proxy.</exception>
    public static ProxyAddress Parse(string text, string source)
    {
        ArgumentNullException.ThrowIfNull(text);
        var isWhole = text.Contains("://", StringComparison.Ordinal);
        if (!Uri.TryCreate(isWhole ? text : "http://" + text, UriKind.Absolute, out var found)
            || found.Host.Length == 0 || found.Scheme is not ("http" or "https" or "socks5" or "socks5h"))
        {
            throw new ProxyException($"{source} is no address of a proxy: write http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT");
        }

        // Names are resolved at the proxy with either.
        var scheme = found.Scheme == "socks5h" ? "socks5" : found.Scheme;
        var port = found.IsDefaultPort && scheme == "socks5" ? 1080 : found.Port;
        var user = found.UserInfo.Split(':', 2);
        return new ProxyAddress(
            new UriBuilder(scheme, found.IdnHost, port).Uri,
            found.UserInfo.Length == 0 ? null : new NetworkCredential(Uri.UnescapeDataString(user[0]), user.Length > 1 ? Uri.UnescapeDataString(user[1]) : ""),
            source);
    }
}
