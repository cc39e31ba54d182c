using System.Net;

namespace Coffer.Outbound;

/// <summary>
/// Which proxy a request goes through, by the rules of Go programs, which users of this API know: <c>HTTP_PROXY</c> for http and <c>HTTPS_PROXY</c> for
/// https, upper case before lower case; what <c>NO_PROXY</c> names goes past them, and so do <c>localhost</c> and loopback addresses always.
/// </summary>
public sealed class EnvironmentProxy : IWebProxy
{
    private readonly ProxyAddress? _http;
    private readonly ProxyAddress? _https;
    private readonly NoProxyRules _past;

    private EnvironmentProxy(ProxyAddress? http, ProxyAddress? https, NoProxyRules past) => (_http, _https, _past) = (http, https, past);

    /// <summary>Those of the addresses themselves; of no use to set.</summary>
    public ICredentials? Credentials
    {
        get
        {
            var known = new CredentialCache();
            foreach (var proxy in new[] { _http, _https }.OfType<ProxyAddress>().Where(proxy => proxy.Credentials is not null).DistinctBy(proxy => proxy.Address))
            {
                known.Add(proxy.Address, "Basic", proxy.Credentials!);
            }

            return known;
        }
        set => throw new NotSupportedException("the credentials of a proxy stand in its address");
    }

    /// <summary>What the environment says; null when it names no proxy.</summary>
    /// <param name="environment">Looks a variable up.</param>
    /// <exception cref="ProxyException">A variable names a proxy that cannot be one.</exception>
    public static EnvironmentProxy? From(Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        var (http, https) = (Find(environment, "HTTP_PROXY"), Find(environment, "HTTPS_PROXY"));
        return http is null && https is null ? null : new EnvironmentProxy(http, https, NoProxyRules.Parse(Text(environment, "NO_PROXY").Text));
    }

    /// <inheritdoc/>
    public Uri? GetProxy(Uri destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        return Find(destination)?.Address;
    }

    /// <inheritdoc/>
    public bool IsBypassed(Uri host) => GetProxy(host) is null;

    /// <summary>The proxy of a request and the variable that names it, for errors, without user and password; null when it goes past them all.</summary>
    public string? Describe(Uri destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        return Find(destination) is { } proxy ? $"the proxy {proxy.Address.Scheme}://{proxy.Address.Authority}, which {proxy.Source} names" : null;
    }

    private ProxyAddress? Find(Uri destination)
    {
        var proxy = destination.Scheme is "https" or "wss" ? _https : _http;
        return proxy is null || _past.Names(destination.IdnHost, destination.Port) ? null : proxy;
    }

    private static ProxyAddress? Find(Func<string, string?> environment, string name)
    {
        var (text, source) = Text(environment, name);
        return text.Length == 0 ? null : ProxyAddress.Parse(text, $"the environment variable {source}");
    }

    private static (string Text, string Source) Text(Func<string, string?> environment, string name)
    {
        var lower = name.ToLowerInvariant();
        return environment(name) is { Length: > 0 } upper ? (upper, name) : (environment(lower) ?? "", lower);
    }
}
