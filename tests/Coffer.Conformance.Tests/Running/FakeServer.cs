using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Coffer.Conformance.Tests.Running;

/// <summary>Answers each request by a function, and remembers what came and what was done to it.</summary>
internal sealed class FakeServer : IServer
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _disposing = new();
    private readonly Func<FakeRequest, (int Status, string Body)> _answer;
    private readonly Task _loop;

    public FakeServer(Func<FakeRequest, (int Status, string Body)> answer)
    {
        _answer = answer;
        _listener.Start();
        _loop = ServeAsync();
    }

    public string Address => $"http://{_listener.LocalEndpoint}";

    public List<FakeRequest> Requests { get; } = [];

    public List<bool> Restarts { get; } = [];

    public List<TimeSpan> Waits { get; } = [];

    public TimeProvider Clock { get; } = TimeProvider.System;

    public Task WaitAsync(TimeSpan time, CancellationToken cancellation)
    {
        Waits.Add(time);
        return Task.CompletedTask;
    }

    public Task RestartAsync(bool gently, CancellationToken cancellation)
    {
        Restarts.Add(gently);
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _disposing.CancelAsync();
        await _loop;
        _listener.Dispose();
        _disposing.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_disposing.Token);
                var stream = client.GetStream();
                var request = await ReadAsync(stream, _disposing.Token);
                Requests.Add(request);
                var (status, body) = _answer(request);
                var bytes = Encoding.UTF8.GetBytes(body);
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} x\r\nContent-Length: {bytes.Length}\r\nConnection: close\r\n\r\n"), _disposing.Token);
                await stream.WriteAsync(bytes, _disposing.Token);
            }
        }
        catch (OperationCanceledException) when (_disposing.IsCancellationRequested)
        {
        }
    }

    // To the byte: what a client tidies up on the way would be seen here.
    private static async Task<FakeRequest> ReadAsync(NetworkStream stream, CancellationToken cancellation)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one, cancellation);
            head.Append((char)one[0]);
        }

        var lines = head.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines.Skip(1).Select(line => line.Split(": ", 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
        var body = new byte[int.Parse(headers.GetValueOrDefault("Content-Length", "0"), System.Globalization.CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body, cancellation);
        return new FakeRequest(lines[0], headers, Encoding.UTF8.GetString(body));
    }
}

/// <param name="Line">Such as <c>GET /v1/sys/health HTTP/1.1</c>.</param>
internal sealed record FakeRequest(string Line, IReadOnlyDictionary<string, string> Headers, string Body);
