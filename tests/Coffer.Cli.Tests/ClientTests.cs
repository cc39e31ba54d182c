using System.Net;
using System.Net.Sockets;
using System.Text;
using Coffer.Client;
using Microsoft.Extensions.Time.Testing;

namespace Coffer.Cli.Tests;

public sealed class ClientTests
{
    [Theory]
    [InlineData(500, 3)]
    [InlineData(503, 3)]
    [InlineData(412, 3)]
    [InlineData(501, 1)]
    [InlineData(400, 1)]
    [InlineData(403, 1)]
    public async Task A_failing_server_is_asked_again_only_where_that_may_help(int status, int expected)
    {
        using var server = new Canned(_ => new HttpResponseMessage((HttpStatusCode)status));
        var clock = new FakeTimeProvider { AutoAdvanceAmount = TimeSpan.Zero };
        using var client = new CofferClient(new CofferClientOptions { Clock = clock, MaxRetries = 2 }, server);

        var sending = client.SendAsync(ApiRequest.Read("a"), TestContext.Current.CancellationToken);
        while (!sending.IsCompleted)
        {
            clock.Advance(TimeSpan.FromMilliseconds(1500));
            await Task.Yield();
        }

        Assert.Equal(status, (await Assert.ThrowsAsync<ApiException>(() => sending)).Status);
        Assert.Equal(expected, server.Count);
    }

    [Theory]
    [InlineData(301, "/v1/b")]
    [InlineData(302, "http://STANDBY:1/v1/b")]
    [InlineData(307, "https://standby/v1/b")]
    [InlineData(308, "https://standby:1/v1/b")]
    public async Task One_redirect_to_the_same_host_and_port_is_followed_with_token_method_and_body(int status, string location)
    {
        var seen = new List<string>();
        using var server = new Canned(request =>
        {
            seen.Add($"{request.Method} {request.RequestUri!.AbsolutePath} {request.Headers.GetValues("X-Vault-Token").Single()} {request.Content!.ReadAsStringAsync().Result}");
            var reply = new HttpResponseMessage((HttpStatusCode)status);
            reply.Headers.Location = new Uri(location, UriKind.RelativeOrAbsolute);
            return reply;
        });
        using var client = new CofferClient(new CofferClientOptions { Address = "http://standby:1", Token = "t", MaxRetries = 0 }, server);

        var reply = await client.SendAsync(ApiRequest.Write("a", new System.Text.Json.Nodes.JsonObject()), TestContext.Current.CancellationToken);

        Assert.Equal(status, reply.Status);
        Assert.Equal(["PUT /v1/a t {}", "PUT /v1/b t {}"], seen);
    }

    [Theory]
    [InlineData("http://other:1/v1/a", "another host, http://other:1,")]
    [InlineData("http://standby.other/v1/a", "another host")]
    [InlineData("//other/v1/a", "another host")]
    [InlineData("http://standby@other/v1/a", "another host")]
    [InlineData("gopher://standby/v1/a", "no http or https address")]
    [InlineData("http://standby:2/v1/a", "another port, http://standby:2,")]
    [InlineData("http://standby/v1/a", "another port, http://standby:80,")]
    [InlineData("https://standby:2/v1/a", "another port, https://standby:2,")]
    public async Task A_redirect_to_another_host_or_port_is_refused_and_it_never_sees_the_token(string location, string reason)
    {
        foreach (var status in (int[])[301, 302, 307, 308])
        {
            using var server = new Canned(_ =>
            {
                var reply = new HttpResponseMessage((HttpStatusCode)status);
                reply.Headers.Location = new Uri(location, UriKind.RelativeOrAbsolute);
                return reply;
            });
            using var client = new CofferClient(new CofferClientOptions { Address = "http://standby:1", Token = "t", MaxRetries = 2 }, server);

            var error = await Assert.ThrowsAsync<TransportException>(() => client.SendAsync(ApiRequest.Read("a"), TestContext.Current.CancellationToken));

            Assert.Contains(reason, error.Message, StringComparison.Ordinal);
            Assert.Equal(1, server.Count);
        }
    }

    [Fact]
    public async Task A_redirect_from_https_to_http_is_not_followed()
    {
        using var server = new Canned(_ =>
        {
            var reply = new HttpResponseMessage(HttpStatusCode.TemporaryRedirect);
            reply.Headers.Location = new Uri("http://active:1/v1/a");
            return reply;
        });
        using var client = new CofferClient(new CofferClientOptions { MaxRetries = 0 }, server);

        var error = await Assert.ThrowsAsync<TransportException>(() => client.SendAsync(ApiRequest.Read("a"), TestContext.Current.CancellationToken));

        Assert.Contains("protocol downgrade", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, server.Count);
    }

    [Fact]
    public async Task A_request_ends_at_the_timeout()
    {
        var clock = new FakeTimeProvider();
        using var server = new Canned(async (_, cancellation) =>
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            throw new InvalidOperationException("the delay never ends");
        });
        using var client = new CofferClient(new CofferClientOptions { Clock = clock, Timeout = TimeSpan.FromSeconds(5) }, server);

        var sending = client.SendAsync(ApiRequest.Read("a"), TestContext.Current.CancellationToken);
        clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(TransportFailure.Timeout, (await Assert.ThrowsAsync<TransportException>(() => sending)).Failure);
    }

    [Fact]
    public async Task A_closed_port_is_told_as_refused()
    {
        using var client = new CofferClient(new CofferClientOptions { Address = "http://127.0.0.1:1", MaxRetries = 0 });

        var error = await Assert.ThrowsAsync<TransportException>(() => client.SendAsync(ApiRequest.Read("a"), TestContext.Current.CancellationToken));

        Assert.Equal(TransportFailure.Refused, error.Failure);
        Assert.Equal("Get \"http://127.0.0.1:1/v1/a\": dial tcp 127.0.0.1:1: connect: connection refused", error.Message);
    }

    [Fact]
    public async Task Https_to_a_plain_http_server_is_told_as_such()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = ServePlainAsync(() => listener.AcceptSocketAsync(TestContext.Current.CancellationToken), connections: 2);
        using var client = new CofferClient(new CofferClientOptions { Address = $"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}", MaxRetries = 0 });

        var error = await Assert.ThrowsAsync<TransportException>(() => client.SendAsync(ApiRequest.Read("a"), TestContext.Current.CancellationToken));

        Assert.Equal(TransportFailure.PlainHttpServer, error.Failure);
        Assert.EndsWith("http: server gave HTTP response to HTTPS client", error.Message, StringComparison.Ordinal);
        await serving;
    }

    [Fact]
    public async Task A_unix_socket_is_an_address_too()
    {
        var path = Path.Combine(Path.GetTempPath(), $"coffer-{Environment.ProcessId}-{Environment.CurrentManagedThreadId}.sock");
        File.Delete(path);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        var serving = ServePlainAsync(() => listener.AcceptAsync(TestContext.Current.CancellationToken), connections: 1);
        using var client = new CofferClient(new CofferClientOptions { Address = "unix://" + path });

        var reply = await client.SendAsync(ApiRequest.Read("a"), TestContext.Current.CancellationToken);

        Assert.Equal("{}", reply.Text);
        await serving;
        File.Delete(path);
    }

    [Theory]
    [InlineData("a b/ä?#%2e", "http://h:1/v1/a%20b/%C3%A4%3F%23%252e")]
    [InlineData("/a//b/", "http://h:1/v1/a//b/")]
    [InlineData("a/b+c=d&e", "http://h:1/v1/a/b+c=d&e")]
    public void A_path_reaches_the_wire_as_it_was_given(string path, string expected)
    {
        using var client = new CofferClient(new CofferClientOptions { Address = "http://h:1" });

        Assert.Equal(expected, client.AddressOf(ApiRequest.Read(path)).OriginalString);
    }

    [Theory]
    [InlineData("{\"a\":\"\\ud83d\"}", "\ufffd")]
    [InlineData("{\"a\":\"\\udE00x\"}", "\ufffdx")]
    [InlineData("{\"a\":\"\\uD83D\\uDE00\"}", "\ud83d\ude00")]
    [InlineData("{\"a\":\"\\\\ud83d\"}", "\\ud83d")]
    [InlineData("{\"a\":1,\"a\":\"last\"}", "last")]
    [InlineData("{\"a\":\"\u00ff\"}", "\ufffd")]
    public async Task Texts_of_an_answer_are_read_as_go_reads_them(string body, string expected)
    {
        // As single bytes, so that the last one is no UTF-8.
        using var server = new Canned(_ => new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(Encoding.Latin1.GetBytes(body)) });
        using var client = new CofferClient(new CofferClientOptions(), server);

        var reply = await client.SendAsync(ApiRequest.Read("a"), TestContext.Current.CancellationToken);

        Assert.Equal(expected, reply.Json!["a"]!.GetValue<string>());
    }

    private static async Task ServePlainAsync(Func<ValueTask<Socket>> accept, int connections)
    {
        for (var i = 0; i < connections; i++)
        {
            using var socket = await accept();
            await socket.ReceiveAsync(new byte[4096], TestContext.Current.CancellationToken);
            await socket.SendAsync(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"), TestContext.Current.CancellationToken);
            socket.Shutdown(SocketShutdown.Send);
        }
    }

    private sealed class Canned(Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> answer) : HttpMessageHandler
    {
        public Canned(Func<HttpRequestMessage, HttpResponseMessage> answer)
            : this((request, _) => Task.FromResult(answer(request)))
        {
        }

        public int Count { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Count++;
            return answer(request, cancellationToken);
        }
    }
}
