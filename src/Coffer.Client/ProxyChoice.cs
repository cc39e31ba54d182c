using System.Net;
using Coffer.Outbound;

namespace Coffer.Client;

/// <summary>Which proxy requests go through: the one of the client's options for all of them, or else the one that the environment names.</summary>
internal static class ProxyChoice
{
    /// <summary>Null for none ever: a Unix socket is reached directly.</summary>
    public static IWebProxy? Of(CofferClientOptions options, Uri server)
    {
        return server.Scheme == "unix" ? null
            : options.ProxyAddress.Length > 0 ? new FixedProxy(ProxyAddress.Parse(options.ProxyAddress, Connector.ProxyOption))
            : EnvironmentProxy.From(options.Environment);
    }

    /// <summary>The proxy for an address, without user and password; null for none.</summary>
    public static Uri? For(IWebProxy? proxy, Uri address)
    {
        var found = proxy is null || proxy.IsBypassed(address) ? null : proxy.GetProxy(address);
        return found is null || found == address ? null : new Uri(ServerAddress.Shown(found.OriginalString));
    }
}
