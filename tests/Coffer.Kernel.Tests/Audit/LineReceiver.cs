using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Coffer.Kernel.Tests.Audit;

/// <summary>Takes lines over a real socket: a stream with any number of connections, or datagrams.</summary>
internal sealed class LineReceiver : IDisposable
{
    private readonly Socket _socket;
    private readonly ConcurrentQueue<Socket> _accepted = new();
    private readonly ConcurrentQueue<string> _lines = new();

    private LineReceiver(Socket socket, EndPoint endpoint)
    {
        _socket = socket;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, socket.AddressFamily != AddressFamily.Unix);
        socket.Bind(endpoint);
        if (socket.SocketType == SocketType.Stream)
        {
            socket.Listen();
            _ = AcceptAsync();
        }
        else
        {
            _ = ReceiveAsync();
        }
    }

    public string Address => _socket.LocalEndPoint is IPEndPoint ip ? ip.ToString() : _socket.LocalEndPoint!.ToString()!;

    public IReadOnlyList<string> Lines => [.. _lines];

    public static LineReceiver Tcp(int port = 0) => new(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp), new IPEndPoint(IPAddress.Loopback, port));

    public static LineReceiver Udp() => new(new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp), new IPEndPoint(IPAddress.Loopback, 0));

    public static LineReceiver Unix(string path, SocketType kind) => new(new Socket(AddressFamily.Unix, kind, ProtocolType.Unspecified), new UnixDomainSocketEndPoint(path));

    /// <summary>Waits until so many lines have come.</summary>
    public async Task<IReadOnlyList<string>> WaitAsync(int count)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(2));
        while (_lines.Count < count)
        {
            await Task.Delay(5, patience.Token);
        }

        return Lines;
    }

    public void Dispose()
    {
        _socket.Dispose();
        while (_accepted.TryDequeue(out var one))
        {
            one.Dispose();
        }
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                var one = await _socket.AcceptAsync();
                _accepted.Enqueue(one);
                _ = ReadAsync(one);
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ReadAsync(Socket one)
    {
        try
        {
            using var reader = new StreamReader(new NetworkStream(one));
            while (await reader.ReadLineAsync() is { } line)
            {
                _lines.Enqueue(line);
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // The receiver went away.
        }
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[128 * 1024];
        try
        {
            while (true)
            {
                _lines.Enqueue(Encoding.UTF8.GetString(buffer, 0, await _socket.ReceiveAsync(buffer)));
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // As above.
        }
    }
}
