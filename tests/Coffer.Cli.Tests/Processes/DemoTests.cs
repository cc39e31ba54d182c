using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Coffer.Cli.Tests.Processes;

/// <summary>The demo as a user starts it, with an environment of its own.</summary>
public sealed class DemoTests
{
    private static readonly string[] ProxyVariables =
    [
        "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy",
        "VAULT_HTTP_PROXY", "VAULT_PROXY_ADDR", "COFFER_HTTP_PROXY", "COFFER_PROXY_ADDR",
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_demo_works_where_proxies_are_set_and_nothing_of_it_reaches_them()
    {
        await using var proxy = new RecordingProxy();
        var program = Path.Combine(AppContext.BaseDirectory, "coffer");
        var folder = Directory.CreateTempSubdirectory("coffer-demo-");
        try
        {
            var start = new ProcessStartInfo(program, ["demo", "-exit"])
            {
                WorkingDirectory = folder.FullName,
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            };
            start.Environment["HOME"] = start.Environment["TMPDIR"] = folder.FullName;
            start.Environment.Remove("NO_PROXY");
            start.Environment.Remove("no_proxy");
            foreach (var name in ProxyVariables)
            {
                start.Environment[name] = proxy.Url;
            }

            var (code, output) = await RunAsync(start);

            Assert.True(code == 0, output);
            Assert.Contains("7. Back to longer leases", output, StringComparison.Ordinal);
            Assert.Empty(proxy.Requests);

            // The listener does record what reaches it.
            using var client = new TcpClient();
            await client.ConnectAsync(proxy.Address, Cancel);
            await client.GetStream().WriteAsync("GET http://a/ HTTP/1.1\r\n\r\n"u8.ToArray(), Cancel);
            Assert.StartsWith("HTTP/1.1 502", await new StreamReader(client.GetStream()).ReadToEndAsync(Cancel), StringComparison.Ordinal);
            Assert.Single(proxy.Requests);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<(int Code, string Output)> RunAsync(ProcessStartInfo start)
    {
        using var process = Process.Start(start)!;
        try
        {
            var read = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(Cancel), process.StandardError.ReadToEndAsync(Cancel));
            await process.WaitForExitAsync(Cancel);
            return (process.ExitCode, string.Concat(read));
        }
        finally
        {
            process.Kill();
        }
    }

    /// <summary>Keeps what every connection sends first, and refuses it.</summary>
    private sealed class RecordingProxy : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _serving;

        public RecordingProxy()
        {
            _listener.Start();
            _serving = ServeAsync();
        }

        public IPEndPoint Address => (IPEndPoint)_listener.LocalEndpoint;

        public string Url => $"http://{Address}";

        public ConcurrentQueue<string> Requests { get; } = new();

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _serving;
            _listener.Dispose();
            _stop.Dispose();
        }

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    using var socket = await _listener.AcceptSocketAsync(_stop.Token);
                    var bytes = new byte[4096];
                    var count = await socket.ReceiveAsync(bytes, _stop.Token);
                    Requests.Enqueue(Encoding.ASCII.GetString(bytes, 0, count));
                    await socket.SendAsync("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
                    socket.Shutdown(SocketShutdown.Send);
                }
            }
            catch (OperationCanceledException)
            {
                // The test has ended.
            }
        }
    }
}
