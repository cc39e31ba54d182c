using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Coffer.Kernel;
using Coffer.Server.Tls;

namespace Coffer.Server.Configuration;

/// <summary>Where the server listens and what it accepts there.</summary>
public sealed record ListenerOptions
{
    /// <summary>Address and port to bind, such as <c>127.0.0.1:8200</c>, or the path of a socket.</summary>
    public required EndPoint Address { get; init; }

    /// <summary>Who may use the socket; of no effect for an address and a port.</summary>
    public UnixSocketOptions Socket { get; init; } = new();

    /// <summary>Largest request body in bytes; a larger one is refused with 413. Default 32 MiB.</summary>
    public long RequestBytesMax { get; init; } = Limits.RequestBytesMax;

    /// <summary>
    /// Most connections at once; one more is closed when it comes. So many requests are answered at once as well: an HTTP/2 connection, which can carry many, gets
    /// 503 for one more. Default 4096.
    /// </summary>
    public long ConnectionsMax { get; init; } = 4096;

    /// <summary>How long a body may come slower than 240 bytes a second before it is refused with 408. More than a second. Default 5 s.</summary>
    public TimeSpan SlowBodyTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Headers that answers carry by their status.</summary>
    public ResponseHeaderTable ResponseHeaders { get; init; } = ResponseHeaderTable.Standard;

    /// <summary><c>sys/metrics</c> answers here without a token.</summary>
    public bool OpenMetrics { get; init; }

    public ListenerTimes Times { get; init; } = new();

    public JsonBounds Json { get; init; } = new();

    /// <summary>Null: <c>X-Forwarded-For</c> means nothing.</summary>
    public ForwardedForOptions? ForwardedFor { get; init; }

    /// <summary>Null for plain HTTP.</summary>
    public ListenerTlsOptions? Tls { get; init; }

    public bool IsSocket => Address is UnixDomainSocketEndPoint;
}

/// <summary>How long things may take at one listener.</summary>
public sealed record ListenerTimes
{
    /// <summary>A request, from its last byte to its answer; longer: 503, and nothing of it is committed. Default 90 s.</summary>
    public TimeSpan Request { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>The reading of a request's body. Default 30 s.</summary>
    public TimeSpan Read { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The reading of its headers. Default 10 s.</summary>
    public TimeSpan ReadHeader { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The writing of an answer; zero, the default: as long as it takes.</summary>
    public TimeSpan Write { get; init; }

    /// <summary>A connection between two requests. Default 5 min.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>How large JSON bodies may be at one listener, beyond the server's own bounds.</summary>
public sealed record JsonBounds
{
    public int DepthMax { get; init; } = Limits.JsonDepthMax;

    /// <summary>Longest string in bytes, as it is sent.</summary>
    public int StringBytesMax { get; init; } = int.MaxValue;

    /// <summary>Most strings, names not counted.</summary>
    public int StringsMax { get; init; } = int.MaxValue;

    /// <summary>Most members of one object.</summary>
    public int MembersMax { get; init; } = int.MaxValue;

    /// <summary>Most elements of one array.</summary>
    public int ElementsMax { get; init; } = int.MaxValue;
}

/// <summary>Who may use a socket in the file system. Without an owner or a mode it is as the system makes it.</summary>
/// <param name="User">Name or number; empty to leave it.</param>
/// <param name="Group">As above.</param>
public sealed record UnixSocketOptions(UnixFileMode? Mode = null, string User = "", string Group = "");

/// <summary>Which proxies are believed when they say for whom they ask.</summary>
/// <param name="Authorized">Networks that the proxies are in; never empty.</param>
public sealed record ForwardedForOptions(ImmutableArray<IPNetwork> Authorized)
{
    /// <summary>Addresses at the end of the list that are proxies themselves.</summary>
    public int HopSkips { get; init; }

    /// <summary>A request from a network that is not authorized is refused, not taken for what it seems.</summary>
    public bool RejectNotAuthorized { get; init; } = true;

    /// <summary>A request without the header is refused.</summary>
    public bool RejectNotPresent { get; init; } = true;
}
