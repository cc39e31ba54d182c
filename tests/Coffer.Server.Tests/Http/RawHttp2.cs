using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Coffer.Server.Tests.Http;

/// <summary>A client that sends exactly the HTTP/2 frames it is given, over TLS, however wrong they are.</summary>
internal sealed class RawHttp2 : IAsyncDisposable
{
    public const byte Data = 0;
    public const byte HeadersFrame = 1;
    public const byte Reset = 3;
    public const byte Settings = 4;
    public const byte GoAway = 7;
    public const byte WindowUpdate = 8;
    public const byte Continuation = 9;

    public const byte EndStream = 1;
    public const byte EndHeaders = 4;

    /// <summary>Error code of a connection that asks too much.</summary>
    public const int EnhanceYourCalm = 0xb;

    /// <summary>Error code of a stream that is one too many, and was not looked at.</summary>
    public const int RefusedStream = 7;

    private const int HeadBytes = 9;

    private readonly TcpClient _client = new() { NoDelay = true };
    private SslStream? _tls;

    private RawHttp2()
    {
    }

    /// <summary>Connects, and sends the preface with settings that leave everything as it is.</summary>
    public static async Task<RawHttp2> ConnectAsync(EndPoint address)
    {
        var http = new RawHttp2();
        await http._client.ConnectAsync((IPEndPoint)address, TestContext.Current.CancellationToken);
        http._tls = new SslStream(http._client.GetStream(), leaveInnerStreamOpen: false, (_, served, _, _) => served is not null);
        await http._tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "coffer.test", ApplicationProtocols = [SslApplicationProtocol.Http2] }, TestContext.Current.CancellationToken);
        Assert.Equal(SslApplicationProtocol.Http2, http._tls.NegotiatedApplicationProtocol);
        await http.SendAsync([.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Frame(Settings, 0, 0, [])]);
        return http;
    }

    /// <summary>The bytes of one frame.</summary>
    public static byte[] Frame(byte type, byte flags, int stream, byte[] payload)
    {
        var frame = new byte[HeadBytes + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8);
        frame[3] = type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, HeadBytes);
        return frame;
    }

    /// <summary>Headers as a compressed block that compresses nothing.</summary>
    public static byte[] Block(string method, string path, params (string Name, string Value)[] headers)
    {
        var block = new List<byte>();
        foreach (var (name, value) in (IEnumerable<(string, string)>)[(":method", method), (":scheme", "https"), (":authority", "coffer.test"), (":path", path), .. headers])
        {
            block.Add(0);
            Text(block, name);
            Text(block, value);
        }

        return [.. block];
    }

    /// <summary>The frame that ends a stream.</summary>
    public static byte[] ResetOf(int stream) => Frame(Reset, 0, stream, [0, 0, 0, 8]);

    /// <exception cref="IOException">The server has closed the connection.</exception>
    public async Task SendAsync(params byte[][] frames) => await _tls!.WriteAsync(frames.SelectMany(frame => frame).ToArray(), TestContext.Current.CancellationToken);

    /// <summary>The next frame; null when the connection was closed.</summary>
    public async Task<Http2Frame?> ReadAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(2));
        try
        {
            var head = new byte[HeadBytes];
            await _tls!.ReadExactlyAsync(head, patience.Token);
            var payload = new byte[BinaryPrimitives.ReadInt32BigEndian(head) >>> 8];
            await _tls.ReadExactlyAsync(payload, patience.Token);
            return new Http2Frame(head[3], head[4], BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)), payload);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Reads until a frame of this type on this stream has come; null when the connection was closed first.</summary>
    public async Task<Http2Frame?> ReadUntilAsync(byte type, int stream)
    {
        Http2Frame? frame;
        do
        {
            frame = await ReadAsync();
        }
        while (frame is not null && (frame.Type != type || frame.Stream != stream));
        return frame;
    }

    /// <summary>Reads to the end of the connection; its GOAWAY, or null when there was none.</summary>
    public async Task<Http2Frame?> ReadToEndAsync()
    {
        Http2Frame? last = null;
        while (await ReadAsync() is { } frame)
        {
            last = frame.Type == GoAway ? frame : last;
        }

        return last;
    }

    public async ValueTask DisposeAsync()
    {
        if (_tls is not null)
        {
            await _tls.DisposeAsync();
        }

        _client.Dispose();
    }

    private static void Text(List<byte> block, string text)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        if (bytes.Length < 127)
        {
            block.Add((byte)bytes.Length);
        }
        else
        {
            block.Add(127);
            var left = bytes.Length - 127;
            for (; left >= 128; left >>= 7)
            {
                block.Add((byte)((left & 127) | 128));
            }

            block.Add((byte)left);
        }

        block.AddRange(bytes);
    }
}

/// <summary>A frame as it came.</summary>
internal sealed record Http2Frame(byte Type, byte Flags, int Stream, byte[] Payload)
{
    /// <summary>Of a GOAWAY.</summary>
    public int ConnectionError => BinaryPrimitives.ReadInt32BigEndian(Payload.AsSpan(4));

    /// <summary>Of a RST_STREAM.</summary>
    public int StreamError => BinaryPrimitives.ReadInt32BigEndian(Payload);

    /// <summary>Of SETTINGS: one value; null when it is not among them.</summary>
    public int? Setting(int id)
    {
        for (var at = 0; at + 6 <= Payload.Length; at += 6)
        {
            if (BinaryPrimitives.ReadInt16BigEndian(Payload.AsSpan(at)) == id)
            {
                return BinaryPrimitives.ReadInt32BigEndian(Payload.AsSpan(at + 2));
            }
        }

        return null;
    }
}
