using System.Net;

namespace Coffer.Outbound;

/// <summary>One proxy for every request, loopback included: what somebody asks for by name.</summary>
public sealed class FixedProxy(ProxyAddress proxy) : IWebProxy
{
    /// <summary>Those of the address itself; of no use to set.</summary>
    public ICredentials? Credentials
    {
        get => proxy.Credentials;
        set => throw new NotSupportedException("the credentials of a proxy stand in its address");
    }

    /// <inheritdoc/>
    public Uri? GetProxy(Uri destination) => proxy.Address;

    /// <inheritdoc/>
    public bool IsBypassed(Uri host) => false;
}
