using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Coffer.Testing;

/// <summary>Holds a loopback port for a server that a test starts, until this is disposed.</summary>
/// <remarks>
/// A port that was only seen to be free may be somebody else's before it is bound, or while a server is down between two starts. Here a socket stays bound
/// to the port and never listens: the system gives the port to nobody who asks for any, a connection is refused while nobody listens, and a listener that
/// asks for this very port gets it. Only Linux lets two sockets share a port in this way; elsewhere it is let go at once.
/// </remarks>
public sealed class ReservedPort : IDisposable
{
    private static readonly ConcurrentBag<ReservedPort> Kept = [];

    private readonly Socket _holder = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public ReservedPort()
    {
        _holder.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        EndPoint = (IPEndPoint)_holder.LocalEndPoint!;
        if (!OperatingSystem.IsLinux())
        {
            _holder.Dispose();
        }
    }

    public IPEndPoint EndPoint { get; }

    public int Number => EndPoint.Port;

    /// <summary>One that stays held as long as this process lives, for servers that start once.</summary>
    public static IPEndPoint ForThisProcess()
    {
        var port = new ReservedPort();
        Kept.Add(port);
        return port.EndPoint;
    }

    public void Dispose() => _holder.Dispose();
}
