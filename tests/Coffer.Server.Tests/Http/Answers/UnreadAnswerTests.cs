using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Coffer.Kernel.Requests;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Primitives;
using Coffer.Server.Configuration;
using Coffer.Server.Http;
using Coffer.Server.Http.Answers;
using Coffer.Server.Http.Bodies;
using Coffer.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Coffer.Server.Tests.Http.Answers;

/// <summary>A real server and clients that ask for large answers, made of many small entries, and do not read them.</summary>
public sealed class UnreadAnswerTests : IAsyncLifetime
{
    private const int NameBytes = 900;
    private const int Names = 9000;
    private const int ValueBytes = Names * NameBytes;
    private const long BudgetBytes = 20 * 1024 * 1024;

    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UnixEpoch);
    private readonly ServerFixture _fixture = new();
    private readonly IPEndPoint _address = ReservedPort.ForThisProcess();
    private readonly List<Socket> _clients = [];
    private readonly AnswerBudget _budget;
    private KestrelListener? _listener;

    public UnreadAnswerTests() => _budget = new AnswerBudget(BudgetBytes, _clock, new MemoryReturn(_clock, static () => { }));

    public async ValueTask InitializeAsync()
    {
        await _fixture.InitializeAsync();
        var options = new ListenerOptions { Address = _address };
        var reader = new RequestReader(SystemRandom.Instance, options, BodyBudget.For([options.RequestBytesMax]), _fixture.Kernel);
        _listener = new KestrelListener(options, NullLoggerFactory.Instance);
        await _listener.StartAsync(new HttpFrontend(_fixture.Kernel, reader, _budget, options, NullLogger.Instance), TestContext.Current.CancellationToken);
        var name = new string('x', NameBytes);
        for (var i = 0; i < Names; i++)
        {
            Assert.True(CanonicalPath.TryParse($"cubbyhole/large/{name}{i}", out var path, out _));
            var request = new ApiRequest
            {
                Id = "r",
                Path = path,
                Operation = Operation.Update,
                Token = ServerFixture.Root,
                RemoteAddress = "127.0.0.1",
                Data = JsonElement.Parse("""{"a":1}"""),
            };
            Assert.Equal(204, (await _fixture.Kernel.Requests.HandleAsync(request, TestContext.Current.CancellationToken)).Status);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        await _listener!.StopAsync(new CancellationToken(canceled: true));
        _listener.Dispose();
        await _fixture.DisposeAsync();
    }

    [Fact]
    public async Task Answers_that_nobody_reads_hold_a_bounded_number_of_bytes_and_small_requests_go_on()
    {
        var asked = new List<Task<string>>();
        for (var i = 0; i < 8; i++)
        {
            asked.Add(AskAsync());
        }

        // Two are sent, two wait for their places, and there is no point in waiting for the others.
        await UntilAsync(() => asked.Count(answer => answer.IsCompleted) == 6);
        Assert.Equal(2, asked.Count(answer => answer is { IsCompleted: true, Result: "HTTP/1.1 200" }));
        Assert.Equal(4, asked.Count(answer => answer is { IsCompleted: true, Result: "HTTP/1.1 503" }));
        Assert.InRange(_budget.Held, ValueBytes * 4L, 2 * BudgetBytes);
        Assert.Equal(200, (await RawHttp.SendAsync(_address, Request("GET", "secret/kept"))).Status);

        _clock.Advance(AnswerLimits.WaitMax);
        var late = await Task.WhenAll(asked);
        Assert.Equal(6, late.Count(answer => answer == "HTTP/1.1 503"));

        // Clients that take nothing are cut off, and the next one gets its whole answer.
        await UntilAsync(() =>
        {
            _clock.Advance(AnswerLimits.PieceTime);
            return _budget.Held == 0;
        });
        var whole = await RawHttp.ConnectAsync(_address);
        await whole.WriteAsync(Request("LIST", "cubbyhole/large"));
        using var stream = new MemoryStream();
        await whole.DrainAsync(stream, ValueBytes);
        await UntilAsync(() => _budget.Held == 0);
    }

    private static byte[] Request(string method, string path, int length = 0) => Encoding.ASCII.GetBytes(
        $"{method} /v1/{path} HTTP/1.1\r\nHost: x\r\nX-Vault-Token: {ServerFixture.Root}\r\nContent-Length: {length}\r\n\r\n");

    private static async Task UntilAsync(Func<bool> holds)
    {
        while (!holds())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Asks for the large value, and reads no more of the answer than its status.</summary>
    private async Task<string> AskAsync()
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        _clients.Add(client);
        await client.ConnectAsync(_address, TestContext.Current.CancellationToken);
        await client.SendAsync(Request("LIST", "cubbyhole/large"), TestContext.Current.CancellationToken);
        var status = new byte["HTTP/1.1 200".Length];
        var length = await client.ReceiveAsync(status, TestContext.Current.CancellationToken);
        return Encoding.ASCII.GetString(status, 0, length);
    }
}
