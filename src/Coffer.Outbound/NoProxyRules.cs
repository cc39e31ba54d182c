using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Coffer.Outbound;

/// <summary>
/// The hosts of <c>NO_PROXY</c>: a comma list of <c>*</c> (all), networks (<c>10.0.0.0/8</c>), addresses, names (<c>example.com</c>, itself and all
/// below it) and suffixes (<c>.example.com</c>, <c>*.example.com</c>, only those below), the last three with or without a port.
/// </summary>
internal sealed class NoProxyRules
{
    private readonly List<Rule> _rules = [];
    private bool _isAll;

    private NoProxyRules()
    {
    }

    public static NoProxyRules Parse(string text)
    {
        var rules = new NoProxyRules();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "*")
            {
                rules._isAll = true;
            }
            else if (RuleOf(part.ToLowerInvariant()) is { } rule)
            {
                rules._rules.Add(rule);
            }
        }

        return rules;
    }

    /// <summary>Whether requests to this host go past the proxy. Loopback always does.</summary>
    /// <param name="host">A name or an address, without brackets.</param>
    /// <param name="port">Of the request, the scheme's own included.</param>
    public bool Names(string host, int port)
    {
        var name = host.Trim('[', ']').TrimEnd('.').ToLowerInvariant();
        var address = IPAddress.TryParse(name, out var parsed) ? Plain(parsed) : null;
        return name == "localhost" || (address is not null && IPAddress.IsLoopback(address)) || _isAll
            || _rules.Any(rule => (rule.Port == 0 || rule.Port == port) && rule.Fits(name, address));
    }

    private static Rule? RuleOf(string part)
    {
        if (NetworkOf(part) is { } network)
        {
            return new Rule((_, address) => address is not null && network.Contains(address), 0);
        }

        var (host, port) = Split(part);
        if (host.Length == 0 || port < 0)
        {
            // A port alone, or a port that is none, is a slip that names nothing.
            return null;
        }

        if (IPAddress.TryParse(host, out var parsed))
        {
            var address = Plain(parsed);
            return new Rule((_, asked) => address.Equals(asked), port);
        }

        var isSuffix = host.StartsWith("*.", StringComparison.Ordinal) || host[0] == '.';
        var ending = isSuffix ? host.TrimStart('*') : "." + host;
        return new Rule((name, _) => name.EndsWith(ending, StringComparison.Ordinal) || (!isSuffix && name == host), port);
    }

    private static (string Host, int Port) Split(string part)
    {
        var colon = part.LastIndexOf(':');
        if (part.StartsWith('['))
        {
            var end = part.IndexOf(']', StringComparison.Ordinal);
            return end < 0 ? (part, 0) : (part[1..end], end + 1 < part.Length ? PortOf(part[(end + 1)..].TrimStart(':')) : 0);
        }

        // An address of version 6 without brackets has many colons and no port.
        return colon < 0 || part.IndexOf(':', StringComparison.Ordinal) != colon ? (part, 0) : (part[..colon], PortOf(part[(colon + 1)..]));
    }

    private static int PortOf(string text) =>
        text.Length == 0 ? 0 : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535 ? port : -1;

    private static IPNetwork? NetworkOf(string part)
    {
        var slash = part.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || !IPAddress.TryParse(part[..slash], out var address)
            || !int.TryParse(part[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            || length > (address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128))
        {
            return null;
        }

        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] &= (byte)(0xFF00 >> Math.Clamp(length - i * 8, 0, 8) & 0xFF);
        }

        return new IPNetwork(new IPAddress(bytes), length);
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    /// <param name="Fits">Whether a name, and its address if it is one, is meant.</param>
    /// <param name="Port">0: any.</param>
    private sealed record Rule(Func<string, IPAddress?, bool> Fits, int Port);
}
