using System.Net;
using System.Net.Sockets;
using System.Text;
using Coffer.Cli.Dispatch;
using Coffer.Cli.Tests.Running;
using Coffer.Cli.Tests.Walks;

namespace Coffer.Cli.Tests;

public sealed class ProxyTests
{
    private const string Refusal = "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno";
    private const string Answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 18\r\nConnection: close\r\n\r\n{\"data\":{\"a\":\"b\"}}";

    [Theory]
    [InlineData("VAULT_PROXY_ADDR")]
    [InlineData("VAULT_HTTP_PROXY")]
    [InlineData("COFFER_PROXY_ADDR")]
    public async Task All_requests_go_through_the_proxy_that_a_variable_names(string variable)
    {
        using var proxy = new Proxy(Answer);
        using var console = Console(("VAULT_ADDR", "http://server.test:8200"), (variable, $"http://{proxy.Address}"));

        var code = await CliProgram.RunAsync(["read", "x"], console, TestHooks.None, TestContext.Current.CancellationToken);

        Assert.True(code == 0, console.ErrorText);
        Assert.StartsWith("GET http://server.test:8200/v1/x HTTP/1.1\r\n", await proxy.Request, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_newer_variable_goes_before_the_older_one()
    {
        using var proxy = new Proxy(Answer);
        using var console = Console(("VAULT_ADDR", "http://server.test:8200"), ("VAULT_HTTP_PROXY", "http://127.0.0.1:1"), ("VAULT_PROXY_ADDR", $"http://{proxy.Address}"));

        Assert.Equal(0, await CliProgram.RunAsync(["read", "x"], console, TestHooks.None, TestContext.Current.CancellationToken));
        await proxy.Request;
    }

    [Theory]
    [InlineData("http://server.test:8200", "This is the answer of the proxy")]
    [InlineData("https://server.test:8200", "refused to connect: 407")]
    public async Task What_a_proxy_refuses_is_said_to_be_its_refusal_without_its_password(string address, string words)
    {
        using var proxy = new Proxy(Refusal);
        using var console = Console(("VAULT_ADDR", address), ("VAULT_PROXY_ADDR", $"http://ursula:s3same@{proxy.Address}"));

        Assert.Equal(2, await CliProgram.RunAsync(["read", "x"], console, TestHooks.None, TestContext.Current.CancellationToken));

        Assert.Contains(words, console.ErrorText, StringComparison.Ordinal);
        Assert.Contains($"{proxy.Address}", console.ErrorText, StringComparison.Ordinal);
        Assert.DoesNotContain("s3same", console.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proxy_that_is_not_there_is_named_in_place_of_the_server()
    {
        using var console = Console(("VAULT_ADDR", "https://server.test:8200"), ("VAULT_PROXY_ADDR", "http://ursula:s3same@127.0.0.1:1"));

        Assert.Equal(2, await CliProgram.RunAsync(["read", "x"], console, TestHooks.None, TestContext.Current.CancellationToken));

        Assert.Contains("proxyconnect tcp: dial tcp 127.0.0.1:1: connect: connection refused", console.ErrorText, StringComparison.Ordinal);
        Assert.DoesNotContain("s3same", console.ErrorText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ftp://ursula:s3same@proxy:3128")]
    public async Task A_proxy_that_is_none_is_refused(string proxy)
    {
        using var console = Console(("VAULT_PROXY_ADDR", proxy));

        Assert.Equal(2, await CliProgram.RunAsync(["read", "x"], console, TestHooks.None, TestContext.Current.CancellationToken));

        Assert.Contains("write http://HOST:PORT", console.ErrorText, StringComparison.Ordinal);
        Assert.DoesNotContain("s3same", console.ErrorText, StringComparison.Ordinal);
    }

    private static TestConsole Console(params (string Name, string Value)[] variables)
    {
        var console = new TestConsole();
        foreach (var (name, value) in variables)
        {
            console.Environment[name] = value;
        }

        return console;
    }

    /// <summary>Gives one answer to every connection, whatever is asked.</summary>
    private sealed class Proxy : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly TaskCompletionSource<string> _request = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Proxy(string answer)
        {
            _listener.Start();
            _ = ServeAsync(answer);
        }

        public EndPoint Address => _listener.LocalEndpoint;

        /// <summary>What the first connection asked.</summary>
        public Task<string> Request => _request.Task;

        public void Dispose() => _listener.Dispose();

        private async Task ServeAsync(string answer)
        {
            try
            {
                while (true)
                {
                    using var socket = await _listener.AcceptSocketAsync();
                    var bytes = new byte[4096];
                    var count = await socket.ReceiveAsync(bytes);
                    _request.TrySetResult(Encoding.ASCII.GetString(bytes, 0, count));
                    await socket.SendAsync(Encoding.ASCII.GetBytes(answer));
                    socket.Shutdown(SocketShutdown.Send);
                }
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                _request.TrySetException(error);
            }
        }
    }
}
