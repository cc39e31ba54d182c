using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Coffer.Server.Configuration;
using Microsoft.AspNetCore.Http;

namespace Coffer.Server.Http;

/// <summary>For whom a proxy asks, where the configuration trusts it to say so: the address that rules on networks see, and the audit log.</summary>
internal static class ForwardedFor
{
    private const string Header = "X-Forwarded-For";

    /// <param name="peer">Who is connected.</param>
    /// <param name="client">For whom the request is; the peer, where the header is not to be believed or there is none.</param>
    /// <returns>Why the request is refused; null when it is not.</returns>
    public static string? Resolve(ForwardedForOptions options, IHeaderDictionary headers, IPAddress? peer, out IPAddress? client)
    {
        client = peer;
        var values = headers[Header];
        if (values.Count == 0)
        {
            return options.RejectNotPresent ? "missing x-forwarded-for header and configured to reject when not present" : null;
        }

        var from = peer is { IsIPv4MappedToIPv6: true } ? peer.MapToIPv4() : peer;
        if (from is null || !options.Authorized.Any(network => network.Contains(from)))
        {
            return options.RejectNotAuthorized ? "client address not authorized for x-forwarded-for and configured to reject connection" : null;
        }

        var chain = values.SelectMany(value => (value ?? "").Split(',', StringSplitOptions.TrimEntries)).ToArray();
        var index = chain.Length - 1 - options.HopSkips;
        if (index < 0)
        {
            return $"malformed x-forwarded-for configuration or request, hops to skip ({options.HopSkips}) would skip before earliest chain link (chain length {chain.Length})";
        }

        if (AddressIn(chain[index]) is not { } named)
        {
            return "malformed x-forwarded-for header: the client in it is no IP address";
        }

        client = named;
        return null;
    }

    /// <summary>Some proxies write the port as well; it says nothing of who it is.</summary>
    private static IPAddress? AddressIn(string text)
    {
        if (IPAddress.TryParse(text, out var address))
        {
            // Short forms such as "1" mean different addresses to different readers.
            return address.AddressFamily == AddressFamily.InterNetworkV6 || address.ToString() == text ? address : null;
        }

        var colon = text.LastIndexOf(':');
        return colon > 0 && IPAddress.TryParse(text.AsSpan(0, colon), out address) && address.ToString() == text[..colon]
            && ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _)
            ? address
            : null;
    }
}
