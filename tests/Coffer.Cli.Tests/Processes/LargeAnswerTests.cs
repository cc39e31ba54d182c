using System.Net.Sockets;
using System.Text;

namespace Coffer.Cli.Tests.Processes;

public class LargeAnswerTests
{
    private const int Connections = 24;
    private const int ValueBytes = 31 * 1024 * 1024;
    private const long GrowthBytesMax = 768L * 1024 * 1024;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Twenty_four_requests_at_once_for_31_MB_each_are_all_answered_and_never_cost_as_much_as_their_answers_together()
    {
        await using var server = new ServerProcess();
        await server.StartAsync();
        await server.InitializeAsync();
        (await server.SendAsync(HttpMethod.Put, "sys/mounts/kv", """{"type":"kv"}""")).Is(204);
        (await server.SendAsync(HttpMethod.Put, "kv/large", $$"""{"v":"{{new string('x', ValueBytes)}}"}""")).Is(204);
        var idle = server.Memory("VmRSS");

        var read = await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => ReadAsync(server)));

        Assert.All(read, bytes => Assert.InRange(bytes, ValueBytes, ValueBytes + 4096));
        var growth = server.Memory("VmHWM") - idle;
        TestContext.Current.SendDiagnosticMessage($"idle {idle / 1024 / 1024} MiB, growth {growth / 1024 / 1024} MiB");
        Assert.True(growth < GrowthBytesMax, $"idle {idle}, at most {growth} more");
        await server.StopAsync();
    }

    /// <returns>The bytes of the answer and its head.</returns>
    private static async Task<long> ReadAsync(ServerProcess server)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(server.Address, Cancel);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET /v1/kv/large HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Vault-Token: {server.RootToken}\r\n\r\n"), Cancel);
        var buffer = new byte[256 * 1024];
        var total = 0L;
        for (int length; (length = await stream.ReadAsync(buffer, Cancel)) > 0; total += length)
        {
            // Only counted.
        }

        return total;
    }
}
