using System.Net.Sockets;
using System.Text;

namespace Coffer.Cli.Tests.Processes;

public class LargeBodyTests
{
    private const int Connections = 30;
    private const int BodyBytes = 31 * 1024 * 1024;
    private const long GrowthBytesMax = 128 * 1024 * 1024;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Thirty_connections_without_a_token_that_send_31_MB_each_cost_less_than_128_MB()
    {
        await using var server = new ServerProcess();
        await server.StartAsync();
        await server.InitializeAsync();
        (await server.SendAsync(HttpMethod.Put, "sys/mounts/kv", """{"type":"kv"}""")).Is(204);
        (await server.SendAsync(HttpMethod.Put, "sys/auth/userpass", """{"type":"userpass"}""")).Is(204);
        var idle = server.Memory("VmRSS");

        // Every way in: a path that needs a token, with none and with a wrong one; paths that need none; with a length and without.
        string[] heads = [
            "PUT /v1/kv/a HTTP/1.1\r\nHost: x\r\n",
            "PUT /v1/kv/a HTTP/1.1\r\nHost: x\r\nX-Vault-Token: hvs.wrong\r\n",
            "PUT /v1/auth/userpass/login/a HTTP/1.1\r\nHost: x\r\n",
            "PUT /v1/sys/unseal HTTP/1.1\r\nHost: x\r\n",
            "PUT /v1/nowhere HTTP/1.1\r\nHost: x\r\n",
        ];
        var floods = Enumerable.Range(0, Connections).Select(n => FloodAsync(server, heads[n / 2 % heads.Length], hasLength: n % 2 == 0)).ToArray();
        var served = await server.SendAsync(HttpMethod.Put, "kv/a", $$"""{"v":"{{new string('x', 1024 * 1024)}}"}""");
        var sent = await Task.WhenAll(floods);

        served.Is(204);
        Assert.True(sent.Sum() > GrowthBytesMax, $"only {sent.Sum()} bytes were sent: the server has not been tried");
        var growth = server.Memory("VmHWM") - idle;
        TestContext.Current.SendDiagnosticMessage($"idle {idle / 1024 / 1024} MiB, growth {growth / 1024 / 1024} MiB, sent {sent.Sum() / 1024 / 1024} MiB");
        Assert.True(growth < GrowthBytesMax, $"idle {idle}, at most {growth} more");
        await server.StopAsync();
    }

    /// <summary>Sends all of a body but its last byte, for as long as the server takes it.</summary>
    /// <returns>The bytes that went out.</returns>
    private static async Task<long> FloodAsync(ServerProcess server, string head, bool hasLength)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(server.Address, Cancel);
        var stream = client.GetStream();
        var framing = hasLength ? $"Content-Length: {BodyBytes}\r\n\r\n" : $"Transfer-Encoding: chunked\r\n\r\n{BodyBytes:X}\r\n";
        var piece = Encoding.ASCII.GetBytes(new string('a', 64 * 1024));
        var sent = 0L;
        try
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(head + framing + "{\"v\":\""), Cancel);
            for (; sent < BodyBytes - 2 * piece.Length; sent += piece.Length)
            {
                await stream.WriteAsync(piece, Cancel);
            }

            // Not finished, and not given up either: until the server has had enough.
            await stream.CopyToAsync(Stream.Null, Cancel);
        }
        catch (IOException)
        {
            // The server has closed it.
        }

        return sent;
    }
}
