using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Seal;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Primitives;
using Coffer.Server;
using Coffer.Server.Configuration;
using Coffer.Testing;
using Microsoft.Extensions.Logging;

namespace Coffer.Fuzz.Targets;

/// <summary>A server in this process, in memory, behind a socket. Made again when an input has sealed it, locked everybody out, or filled it.</summary>
internal sealed class FuzzedServer
{
    private const string Root = "root";
    private const int RequestsMax = 20_000;
    private const int AnswerMilliseconds = 10_000;
    private const int HeadersMax = 32 * 1024;

    private static readonly LogCollection Events = new(LogLevel.Warning);

    private readonly byte[] _headers = new byte[HeadersMax];
    private CofferServer? _server;
    private IPEndPoint? _address;
    private Socket? _connection;
    private int _requests;

    /// <summary>An input is a method, a blank and a path; after a line end, the body.</summary>
    public void Request(byte[] input)
    {
        var text = Encoding.Latin1.GetString(input);
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        var line = end < 0 ? text : text[..end];
        var blank = line.IndexOf(' ', StringComparison.Ordinal);
        var method = blank < 0 ? "POST" : line[..blank];
        if (method.Length is 0 or > 12 || !method.All(char.IsAsciiLetterUpper) || method is "HEAD" or "CONNECT")
        {
            method = "POST";
        }

        var target = string.Concat(line[(blank + 1)..].Where(character => character is > ' ' and < '\x7f'));
        var status = Send($"{method} /v1/{target} HTTP/1.1\r\nHost: x\r\nX-Vault-Token: {Root}\r\n", end < 0 ? [] : input[(end + 1)..]);
        if (status is 403 or 429 && Send($"GET /v1/auth/token/lookup-self HTTP/1.1\r\nHost: x\r\nX-Vault-Token: {Root}\r\n", []) != 200)
        {
            Stop();
        }
    }

    /// <summary>Any bytes that a header can hold, as a token.</summary>
    public void Token(byte[] input)
    {
        var token = string.Concat(Encoding.Latin1.GetString(input).Where(character => character is '\t' or (>= ' ' and not '\x7f'))).Trim();
        var status = Send($"GET /v1/auth/token/lookup-self HTTP/1.1\r\nHost: x\r\nX-Vault-Token: {token}\r\n", []);
        var allowed = token == Root;
        BrokenPromiseException.Unless(allowed ? status == 200 : status is 403 or 400 or 431, $"token '{token}' is answered {status}");
    }

    private int Send(string head, byte[] body)
    {
        if (_server is null || _server.Kernel.IsSealed || ++_requests > RequestsMax)
        {
            Stop();
            StartAsync().GetAwaiter().GetResult();
        }

        byte[] request = [.. Encoding.Latin1.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{head}Content-Length: {body.Length}\r\n\r\n")), .. body];
        var fresh = _connection is null;
        int? status;
        try
        {
            status = Exchange(request);
        }
        catch (SocketException error) when (!fresh && error.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
            status = null;
        }

        if (status is null && !fresh)
        {
            // The server had closed it after the answer before.
            Disconnect();
            status = Exchange(request);
        }

        BrokenPromiseException.Unless(status is not null, "every request gets an answer");
        if (Events.Failures is [var failure, ..])
        {
            Events.Clear();
            Stop();
            throw new BrokenPromiseException($"the server reported a failure: {failure}");
        }

        BrokenPromiseException.Unless(status != 500, "no request is answered 500");
        return status!.Value;
    }

    /// <returns>The status; null when the connection was closed instead.</returns>
    private int? Exchange(byte[] request)
    {
        _connection ??= Connect();
        for (var sent = 0; sent < request.Length;)
        {
            sent += _connection.Send(request, sent, request.Length - sent, SocketFlags.None);
        }

        var filled = 0;
        int end;
        while ((end = _headers.AsSpan(0, filled).IndexOf("\r\n\r\n"u8)) < 0)
        {
            var read = _connection.Receive(_headers, filled, _headers.Length - filled, SocketFlags.None);
            if (read == 0)
            {
                return null;
            }

            filled += read;
        }

        var lines = Encoding.ASCII.GetString(_headers, 0, end).Split("\r\n");
        var left = LengthIn(lines) - (filled - end - 4);
        var rest = new byte[4096];
        while (left > 0)
        {
            var read = _connection.Receive(rest, 0, (int)Math.Min(left, rest.Length), SocketFlags.None);
            BrokenPromiseException.Unless(read > 0, "an answer is as long as it says");
            left -= read;
        }

        if (lines.Contains("Connection: close", StringComparer.OrdinalIgnoreCase))
        {
            Disconnect();
        }

        return int.Parse(lines[0].AsSpan(9, 3), CultureInfo.InvariantCulture);
    }

    private static long LengthIn(string[] lines) =>
        lines.FirstOrDefault(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)) is { } line
            ? long.Parse(line.AsSpan("Content-Length:".Length), CultureInfo.InvariantCulture) : 0;

    private Socket Connect()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = AnswerMilliseconds };
        socket.Connect(_address!);
        return socket;
    }

    private void Disconnect()
    {
        _connection?.Dispose();
        _connection = null;
    }

    private void Stop()
    {
        Disconnect();
        _server?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _server = null;
        _requests = 0;
    }

    private async Task StartAsync()
    {
        _address = new IPEndPoint(IPAddress.Loopback, FreePort());
        var options = new ServerOptions { Storage = StorageOptions.InMemory, Listeners = [new ListenerOptions { Address = _address }], Loggers = Events };
        _server = await CofferServer.StartAsync(options, TimeProvider.System, SystemRandom.Instance, CancellationToken.None);
        var kv2 = Mount("kv2/", "kv");
        var made = await _server.Kernel.InitializeAsync(
            new InitRequest(1, 1) { RootToken = Root, Mounts = [Mount("secret/", "kv"), kv2 with { Options = kv2.Options.SetItem("version", "2") }, Mount("aws/", "aws")] },
            CancellationToken.None);
        await _server.Kernel.UnsealAsync(Convert.ToHexStringLower(made!.Shares[0]), CancellationToken.None);
    }

    private static MountEntry Mount(string path, string type) => MountEntry.New(SystemRandom.Instance, path, type, MountClass.Secret, "");

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
