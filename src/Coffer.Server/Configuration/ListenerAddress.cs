using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Coffer.Server.Configuration;

/// <summary>The address of a TCP listener: <c>IP:PORT</c>, <c>NAME:PORT</c>, whose first address is taken, one of version 4 if there is any, or <c>:PORT</c>, all addresses.</summary>
internal static class ListenerAddress
{
    /// <param name="text">As it is configured.</param>
    /// <param name="resolve">Finds the addresses of a name.</param>
    /// <param name="problem">What is wrong with it.</param>
    public static IPEndPoint? Parse(string text, Func<string, IPAddress[]> resolve, out string problem)
    {
        problem = "";
        var colon = text.LastIndexOf(':');
        var host = colon < 0 ? "" : text[..colon];
        if (colon < 0 || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65535
            || (host.Contains(':', StringComparison.Ordinal) && !(host.StartsWith('[') && host.EndsWith(']'))))
        {
            problem = "address must be a host and a port, such as 127.0.0.1:8200, localhost:8200, [::1]:8200 or :8200 for all addresses";
            return null;
        }

        if (host.Length == 0)
        {
            return new IPEndPoint(IPAddress.IPv6Any, port);
        }

        if (IPAddress.TryParse(host.Trim('[', ']'), out var address) && (address.AddressFamily == AddressFamily.InterNetworkV6 || address.ToString() == host))
        {
            return new IPEndPoint(address, port);
        }

        if (Uri.CheckHostName(host) != UriHostNameType.Dns)
        {
            problem = "the host of address is neither an IP address nor a host name";
            return null;
        }

        try
        {
            var found = resolve(host);
            if ((found.FirstOrDefault(one => one.AddressFamily == AddressFamily.InterNetwork) ?? found.FirstOrDefault()) is { } first)
            {
                return new IPEndPoint(first, port);
            }
        }
        catch (SocketException)
        {
            // As a name without addresses.
        }

        problem = "the host name of address cannot be resolved; write an IP address, or let the name be resolved";
        return null;
    }

    /// <summary>Whether two listeners cannot both be bound: the same address, or the same port where one of them takes all addresses.</summary>
    public static bool Collide(EndPoint one, EndPoint other) => (one, other) switch
    {
        (IPEndPoint a, IPEndPoint b) => a.Port == b.Port && (a.Address.Equals(b.Address) || TakesAll(a.Address, b.Address) || TakesAll(b.Address, a.Address)),
        (UnixDomainSocketEndPoint a, UnixDomainSocketEndPoint b) => Path.GetFullPath(a.ToString()!) == Path.GetFullPath(b.ToString()!),
        _ => false,
    };

    private static bool TakesAll(IPAddress all, IPAddress other) =>
        all.Equals(IPAddress.IPv6Any) || (all.Equals(IPAddress.Any) && other.AddressFamily == AddressFamily.InterNetwork);
}
