using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Coffer.Server.Tests.Http;

/// <summary>A reply as it came over the wire. Status zero: the server closed without a word.</summary>
public sealed record RawReply(int Status, string Head, string Body);

/// <summary>A client that sends exactly the bytes it is given, however wrong they are.</summary>
public sealed class RawHttp : IDisposable
{
    private readonly TcpClient _client = new() { NoDelay = true };

    private NetworkStream? _stream;
    private bool _asksForHeadOnly;

    private RawHttp()
    {
    }

    public static async Task<RawHttp> ConnectAsync(IPEndPoint address)
    {
        var http = new RawHttp();
        await http._client.ConnectAsync(address, TestContext.Current.CancellationToken);
        http._stream = http._client.GetStream();
        return http;
    }

    /// <summary>One request on a connection of its own.</summary>
    public static async Task<RawReply> SendAsync(IPEndPoint address, byte[] request)
    {
        using var http = await ConnectAsync(address);
        await http.WriteAsync(request);
        return await http.ReadAsync();
    }

    public async Task WriteAsync(byte[] bytes)
    {
        _asksForHeadOnly = bytes.AsSpan().StartsWith("HEAD "u8);
        await _stream!.WriteAsync(bytes, TestContext.Current.CancellationToken);
    }

    /// <summary>No more will be sent; the answer can still be read.</summary>
    public void EndSending() => _client.Client.Shutdown(SocketShutdown.Send);

    /// <summary>Reads one reply by its declared length.</summary>
    public async Task<RawReply> ReadAsync()
    {
        var bytes = new List<byte>();
        var buffer = new byte[8192];
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(2));
        while (true)
        {
            var read = await ReadSomeAsync(buffer, patience.Token);
            bytes.AddRange(buffer.AsSpan(0, read));
            var text = Encoding.Latin1.GetString([.. bytes]);
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end >= 0 && (read == 0 || _asksForHeadOnly || text.Length - end - 4 >= LengthIn(text[..end])))
            {
                return new RawReply(int.Parse(text.AsSpan(9, 3), CultureInfo.InvariantCulture), text[..end], Encoding.UTF8.GetString([.. bytes[(end + 4)..]]));
            }

            if (read == 0)
            {
                return new RawReply(0, "", text);
            }
        }
    }

    /// <summary>Reads until this many bytes have come.</summary>
    public async Task DrainAsync(Stream target, int atLeast)
    {
        var buffer = new byte[64 * 1024];
        while (target.Length < atLeast)
        {
            var read = await _stream!.ReadAsync(buffer, TestContext.Current.CancellationToken);
            Assert.NotEqual(0, read);
            target.Write(buffer, 0, read);
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<int> ReadSomeAsync(byte[] buffer, CancellationToken cancellation)
    {
        try
        {
            return await _stream!.ReadAsync(buffer, cancellation);
        }
        catch (IOException)
        {
            // Reset: what came before it is the answer.
            return 0;
        }
    }

    private static int LengthIn(string head)
    {
        var line = head.Split("\r\n").FirstOrDefault(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        return line is null ? 0 : int.Parse(line.AsSpan("Content-Length:".Length), CultureInfo.InvariantCulture);
    }
}
