using System.Net;
using System.Net.Sockets;
using System.Text;
using Coffer.Sdk.Primitives;
using Coffer.Server.Configuration;
using Coffer.Storage;
using Coffer.Storage.Memory;
using Coffer.Testing;

namespace Coffer.Server.Tests.Http;

public sealed class ListenerTimeTests
{
    /// <summary>More answers of such a size than the socket's buffers between server and client hold.</summary>
    private const int Answers = 48;
    private const int AnswerBytes = 512 * 1024;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_that_takes_too_long_is_given_up_with_503_that_names_the_key_and_stores_nothing()
    {
        var listener = Options() with { Times = new ListenerTimes { Request = TimeSpan.FromMilliseconds(300) } };
        var patient = Options();
        var store = new HangingStore();
        await using var server = await StartAsync(store, listener, patient);
        Assert.Equal(204, (await SendAsync(patient, "PUT", "secret/a", """{"v":"before"}""")).Status);

        store.Hangs = true;
        var late = await SendAsync(listener, "PUT", "secret/a", """{"v":"after"}""");
        store.Hangs = false;

        Assert.Equal(503, late.Status);
        Assert.Contains("took longer than 0.3 s", late.Body, StringComparison.Ordinal);
        Assert.Contains("max_request_duration", late.Body, StringComparison.Ordinal);
        Assert.Contains("before", (await SendAsync(listener, "GET", "secret/a")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_takes_its_answers_too_slowly_is_cut_off_and_elsewhere_it_may_take_its_time()
    {
        var hasty = Options() with { Times = new ListenerTimes { Write = TimeSpan.FromMilliseconds(300) } };
        var patient = Options();
        await using var server = await StartAsync(new MemoryStore(), hasty, patient);
        Assert.Equal(204, (await SendAsync(patient, "PUT", "secret/a", $$"""{"v":"{{new string('x', AnswerBytes)}}"}""")).Status);

        using var cutOff = await AskAsync(hasty);
        using var served = await AskAsync(patient);
        while (await TrySendAsync(cutOff))
        {
            await Task.Delay(20, Cancel);
        }

        Assert.True(await ReadAsync(cutOff) < (long)Answers * AnswerBytes);
        Assert.True(await ReadAsync(served) > (long)Answers * AnswerBytes);
    }

    private static ListenerOptions Options() => new() { Address = ReservedPort.ForThisProcess() };

    private static async Task<CofferServer> StartAsync(IStore store, params ListenerOptions[] listeners)
    {
        var server = await CofferServer.StartAsync(
            new ServerOptions { Storage = StorageOptions.InMemory, Listeners = listeners }, store, TimeProvider.System, SystemRandom.Instance, Cancel);
        await server.OpenAsync(mount: null, Cancel);
        return server;
    }

    private static Task<RawReply> SendAsync(ListenerOptions listener, string method, string path, string body = "") =>
        RawHttp.SendAsync((IPEndPoint)listener.Address, Encoding.ASCII.GetBytes(Request(method, path, body)));

    private static string Request(string method, string path, string body = "", string headers = "") =>
        $"{method} /v1/{path} HTTP/1.1\r\nHost: x\r\nX-Vault-Token: root\r\nContent-Length: {body.Length}\r\n{headers}\r\n{body}";

    /// <summary>Asks for more answers than are taken.</summary>
    private static async Task<Socket> AskAsync(ListenerOptions listener)
    {
        var client = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 16 * 1024 };
        await client.ConnectAsync(listener.Address, Cancel);
        var all = string.Concat(Enumerable.Repeat(Request("GET", "secret/a"), Answers - 1)) + Request("GET", "secret/a", headers: "Connection: close\r\n");
        await client.SendAsync(Encoding.ASCII.GetBytes(all), Cancel);
        return client;
    }

    /// <summary>False once the server has hung up.</summary>
    private static async Task<bool> TrySendAsync(Socket client)
    {
        try
        {
            await client.SendAsync("\r\n"u8.ToArray(), Cancel);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>How many bytes come before the end.</summary>
    private static async Task<long> ReadAsync(Socket client)
    {
        var buffer = new byte[64 * 1024];
        var all = 0L;
        try
        {
            while (await client.ReceiveAsync(buffer, Cancel) is var read and > 0)
            {
                all += read;
            }
        }
        catch (SocketException)
        {
            // Reset: what came before it counts.
        }

        return all;
    }

    /// <summary>Answers no read for as long as it hangs, unless the reader gives up.</summary>
    private sealed class HangingStore : IStore
    {
        private readonly MemoryStore _inner = new();

        public volatile bool Hangs;

        public async ValueTask<StoreEntry?> GetAsync(string key, int bytesMax, CancellationToken cancellation)
        {
            if (Hangs)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
            }

            return await _inner.GetAsync(key, bytesMax, cancellation);
        }

        public ValueTask<IReadOnlyList<KeyVersion>> ScanAsync(string prefix, string? after, int limit, CancellationToken cancellation) => _inner.ScanAsync(prefix, after, limit, cancellation);

        public ValueTask<bool> CommitAsync(StoreBatch batch) => _inner.CommitAsync(batch);

        public void ForgetDecoded() => _inner.ForgetDecoded();

        public ValueTask DisposeAsync() => _inner.DisposeAsync();
    }
}
