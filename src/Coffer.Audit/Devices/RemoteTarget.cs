using System.Net;

namespace Coffer.Audit.Devices;

/// <summary>Where the entries of a device go that are sent and not written.</summary>
/// <param name="WriteTimeout">How long connecting and sending may take, each time, before it counts as failed.</param>
public abstract record RemoteTarget(TimeSpan WriteTimeout)
{
    /// <summary>In the bounds of a declared device: whatever it names.</summary>
    internal const string Any = "any";

    /// <summary>As <see cref="AuditBounds.Targets"/> names it.</summary>
    public abstract string Name { get; }

    /// <summary>As a refusal names it, which repeats no address that a client sent.</summary>
    public abstract string OptionName { get; }

    /// <summary>A socket.</summary>
    /// <param name="Kind"><c>tcp</c>, <c>udp</c> or <c>unix</c>.</param>
    /// <param name="Address">Host and port, or the path of a stream socket.</param>
    public sealed record Socket(string Kind, string Address, TimeSpan WriteTimeout) : RemoteTarget(WriteTimeout)
    {
        public override string Name => $"{Kind}://{Address}";

        public override string OptionName => "address";

        /// <summary>Whether there are sockets of this kind.</summary>
        public bool IsKnownKind => Kind is "tcp" or "udp" or "unix";

        /// <summary>What is wrong with the address, or with the kind; null when all is well.</summary>
        public string? Problem() => Kind switch
        {
            "unix" => System.IO.Path.IsPathRooted(Address) ? null : "address must be the absolute path of a socket",
            "tcp" or "udp" => TryEndPoint(out _) ? null : "address must be a host and a port, such as 10.0.0.5:9000",
            _ => "socket_type must be tcp, udp or unix",
        };

        public bool TryEndPoint(out EndPoint? endpoint)
        {
            endpoint = null;
            var colon = Address.LastIndexOf(':');
            if (IPEndPoint.TryParse(Address, out var address) && address.Port > 0 && colon > 0)
            {
                endpoint = address;
            }
            else if (colon > 0 && Uri.CheckHostName(Address[..colon]) == UriHostNameType.Dns && ushort.TryParse(Address.AsSpan(colon + 1), out var port) && port > 0)
            {
                endpoint = new DnsEndPoint(Address[..colon], port);
            }

            return endpoint is not null;
        }
    }

    /// <summary>The system log of this machine.</summary>
    /// <param name="Facility">Its code, 0 to 23.</param>
    public sealed record SystemLog(int Facility, string Tag, TimeSpan WriteTimeout) : RemoteTarget(WriteTimeout)
    {
        private static readonly string[] Facilities =
        [
            "KERN", "USER", "MAIL", "DAEMON", "AUTH", "SYSLOG", "LPR", "NEWS", "UUCP", "CRON", "AUTHPRIV", "FTP", "NTP", "AUDIT", "ALERT", "CLOCK",
            "LOCAL0", "LOCAL1", "LOCAL2", "LOCAL3", "LOCAL4", "LOCAL5", "LOCAL6", "LOCAL7",
        ];

        public override string Name => "syslog";

        public override string OptionName => "syslog";

        /// <summary>Its code; -1 for a name that is not known.</summary>
        public static int FacilityOf(string name) => Array.IndexOf(Facilities, name.ToUpperInvariant());
    }
}
