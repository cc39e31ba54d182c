using System.Collections.Immutable;
using System.Net;

namespace Coffer.Sdk.Primitives;

/// <summary>Networks as they are written in roles: an address, or an address and a prefix length.</summary>
public static class Cidr
{
    private const int MappedBits = 96;

    /// <summary>True when the text is a network; host bits may be set, as Vault's users write them.</summary>
    public static bool TryParse(string text, out IPNetwork network)
    {
        network = default;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var written = slash < 0 ? text : text[..slash];
        if (!IPAddress.TryParse(written, out var address) || !IsPlain(written, address))
        {
            return false;
        }

        var bits = address.GetAddressBytes().Length * 8;
        var length = bits;
        if (slash >= 0 && (!int.TryParse(text[(slash + 1)..], System.Globalization.NumberStyles.None, null, out length) || length > bits))
        {
            return false;
        }

        // ::ffff:10.0.0.0/104 is 10.0.0.0/8: callers are looked at as IPv4 where they can be.
        if (address.IsIPv4MappedToIPv6 && length >= MappedBits)
        {
            (address, length) = (address.MapToIPv4(), length - MappedBits);
        }

        network = new IPNetwork(Masked(address, length), length);
        return true;
    }

    /// <summary>What is wrong with a list of networks: names the field and the entry, never the text. Null when all is well.</summary>
    public static string? ProblemOf(ImmutableArray<string> cidrs, string field)
    {
        for (var i = 0; i < cidrs.Length; i++)
        {
            if (!TryParse(cidrs[i], out _))
            {
                return $"error parsing address: entry {i + 1} of '{field}' is neither an IPv4 or IPv6 address nor a network such as 10.0.0.0/8";
            }
        }

        return null;
    }

    public static bool Contains(string cidr, IPAddress address) =>
        TryParse(cidr, out var network) && network.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);

    /// <summary>Whether somebody at this address is inside the networks: anybody is when there are none, and nobody without an address when there are.</summary>
    public static bool Admits(ImmutableArray<string> cidrs, string remoteAddress) =>
        cidrs.IsDefaultOrEmpty || (IPAddress.TryParse(remoteAddress, out var address) && ContainsAny(cidrs, address));

    private static bool ContainsAny(ImmutableArray<string> cidrs, IPAddress address) => cidrs.Any(cidr => Contains(cidr, address));

    /// <summary>A single host is shown without its prefix length, as Vault does.</summary>
    public static string Short(string cidr) =>
        cidr.EndsWith("/32", StringComparison.Ordinal) && !cidr.Contains(':', StringComparison.Ordinal) ? cidr[..^3]
        : cidr.EndsWith("/128", StringComparison.Ordinal) ? cidr[..^4]
        : cidr;

    /// <summary>
    /// Only what reads the same everywhere: four decimal parts, since <c>010.0.0.1</c>, <c>10.1</c> and <c>0xA000001</c> mean different networks to
    /// different readers; and no interface behind a <c>%</c>.
    /// </summary>
    private static bool IsPlain(string text, IPAddress address) => address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork
        ? address.ToString() == text
        : !text.AsSpan().ContainsAny('%', '[', ']');

    private static IPAddress Masked(IPAddress address, int length)
    {
        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
        {
            var keep = Math.Clamp(length - i * 8, 0, 8);
            bytes[i] &= unchecked((byte)(0xFF00 >> keep));
        }

        return new IPAddress(bytes);
    }
}
