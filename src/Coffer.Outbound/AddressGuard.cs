using System.Net;
using System.Net.Sockets;

namespace Coffer.Outbound;

/// <summary>
/// Keeps connections that a configuration written over the API asks for away from addresses that only this machine should reach: link-local networks, where
/// clouds serve the machine's own credentials, and their other metadata addresses. Names are judged by what they resolve to, and the connection goes to the
/// address that was judged.
/// </summary>
/// <param name="allowsLinkLocal">The server's configuration allows them.</param>
/// <param name="resolve">Looks a name up; the system's resolver when null.</param>
public sealed class AddressGuard(bool allowsLinkLocal, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
{
    /// <summary>Metadata addresses outside the link-local networks: of AWS over IPv6, of Alibaba, and of Azure.</summary>
    private static readonly IPAddress[] Metadata =
        [IPAddress.Parse("fd00:ec2::254"), IPAddress.Parse("fd00:ec2::23"), IPAddress.Parse("100.100.100.200"), IPAddress.Parse("168.63.129.16")];

    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve = resolve ?? Dns.GetHostAddressesAsync;

    /// <summary>Whether an address is one that the guard keeps connections away from.</summary>
    public static bool IsGuarded(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var plain = Plain(address);
        return plain.IsIPv6LinkLocal || plain.IsIPv6Multicast || Metadata.Contains(plain)
            || (plain.AddressFamily == AddressFamily.InterNetwork && plain.GetAddressBytes() is [169, 254, ..] or [>= 224, ..]);
    }

    /// <summary>Judges a host that is written as an address; a name is judged when it is connected to.</summary>
    /// <exception cref="ForbiddenAddressException">It is one of the guarded addresses.</exception>
    public void Check(string host)
    {
        ArgumentNullException.ThrowIfNull(host);
        if (!allowsLinkLocal && IPAddress.TryParse(host.Trim('[', ']'), out var address) && IsGuarded(address))
        {
            throw new ForbiddenAddressException();
        }
    }

    /// <summary>Opens a connection to the first address of a host that takes it.</summary>
    /// <exception cref="ForbiddenAddressException">The host has a guarded address. One is enough, or a name with two addresses would get past.</exception>
    /// <exception cref="SocketException">The name is unknown, or no address takes the connection.</exception>
    public async ValueTask<Stream> ConnectAsync(string host, int port, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(host);
        var addresses = IPAddress.TryParse(host.Trim('[', ']'), out var literal) ? [literal] : await _resolve(host, cancellation);
        if (!allowsLinkLocal && addresses.Any(IsGuarded))
        {
            throw new ForbiddenAddressException();
        }

        var failure = new SocketException((int)SocketError.HostNotFound);
        foreach (var address in addresses)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(address, port, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException error)
            {
                // The next address may answer.
                socket.Dispose();
                failure = error;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw failure;
    }

    /// <summary>An IPv4 address in one of its IPv6 spellings, as IPv4.</summary>
    private static IPAddress Plain(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        // Compatible (::a.b.c.d) and translated (64:ff9b::a.b.c.d, RFC 6052) ones reach the same host.
        var bytes = address.GetAddressBytes();
        return bytes.Length == 16 && (bytes.AsSpan(0, 12).IndexOfAnyExcept((byte)0) < 0 || bytes.AsSpan(0, 12).SequenceEqual(Translated)) && bytes[12] != 0
            ? new IPAddress(bytes.AsSpan(12))
            : address;
    }

    private static ReadOnlySpan<byte> Translated => [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0];
}
