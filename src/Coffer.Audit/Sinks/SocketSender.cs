using System.Net;
using System.Net.Sockets;
using Coffer.Audit.Devices;

namespace Coffer.Audit.Sinks;

/// <summary>Lines over one socket: a stream that is connected again when it broke, or datagrams of a line each.</summary>
internal sealed class SocketSender(EndPoint endpoint, SocketType kind, TimeSpan timeout, TimeProvider clock) : ILineSender
{
    /// <summary>What fits a UDP datagram over IPv4, less what the chain adds to an entry.</summary>
    private const int DatagramBytesMax = 65_000;

    private Socket? _socket;

    public int LineBytesMax => kind == SocketType.Dgram ? DatagramBytesMax : int.MaxValue;

    public static SocketSender For(RemoteTarget.Socket target, TimeProvider clock) => target.Kind == "unix"
        ? new SocketSender(new UnixDomainSocketEndPoint(target.Address), SocketType.Stream, target.WriteTimeout, clock)
        : new SocketSender(
            target.TryEndPoint(out var endpoint) ? endpoint! : throw new ArgumentException("the address was not checked", nameof(target)),
            target.Kind == "udp" ? SocketType.Dgram : SocketType.Stream,
            target.WriteTimeout,
            clock);

    public async ValueTask SendAsync(ReadOnlyMemory<byte> line, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            var socket = await ConnectedAsync(either.Token);
            for (var sent = 0; sent < line.Length;)
            {
                sent += await socket.SendAsync(line[sent..], SocketFlags.None, either.Token);
            }
        }
        catch (SocketException error)
        {
            throw new IOException(error.Message, error);
        }
        catch (OperationCanceledException error) when (late.IsCancellationRequested)
        {
            throw new IOException($"it took longer than {timeout.TotalSeconds} s (write_timeout)", error);
        }
    }

    public void Abandon()
    {
        _socket?.Dispose();
        _socket = null;
    }

    public void Dispose() => Abandon();

    private async ValueTask<Socket> ConnectedAsync(CancellationToken cancellation)
    {
        // What can be read on a stream that nobody answers on is its end.
        if (_socket is { } open && kind == SocketType.Stream && open.Poll(0, SelectMode.SelectRead) && open.Available == 0)
        {
            Abandon();
        }

        if (_socket is not null)
        {
            return _socket;
        }

        var made = endpoint is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, kind, ProtocolType.Unspecified)
            : new Socket(kind, kind == SocketType.Dgram ? ProtocolType.Udp : ProtocolType.Tcp);
        try
        {
            await made.ConnectAsync(endpoint, cancellation);
        }
        catch
        {
            made.Dispose();
            throw;
        }

        return _socket = made;
    }
}
