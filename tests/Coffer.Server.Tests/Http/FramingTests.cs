using System.Net;
using System.Text;
using Coffer.Sdk.Primitives;
using Coffer.Server.Configuration;
using Coffer.Testing;

namespace Coffer.Server.Tests.Http;

/// <summary>How a request is cut out of the bytes of a connection: what two readers could cut differently is refused with 400.</summary>
public sealed class FramingTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Theory]
    [InlineData("+9")]
    [InlineData("-0")]
    [InlineData("9,9")]
    [InlineData("9 9")]
    [InlineData("0x9")]
    [InlineData("9.0")]
    [InlineData("")]
    [InlineData("99999999999999999999")]
    [InlineData("9999999999999999999999999999")]
    [InlineData("\u0669")]
    public async Task A_content_length_that_is_not_digits_alone_is_refused(string length)
    {
        await server.UnchangedAsync(async () =>
            Assert.Equal(400, (await SendAsync($"PUT /v1/secret/kept HTTP/1.1\r\nHost: x\r\nX-Vault-Token: root\r\nContent-Length: {length}\r\n\r\n{{\"a\":\"b\"}}")).Status));
    }

    [Theory]
    [InlineData("FFFFFFFFFFFFFFFFF\r\n")]
    [InlineData("FFFFFFFF\r\n")]
    [InlineData("80000000\r\n")]
    [InlineData("+9\r\n{\"a\":\"b\"}\r\n0\r\n\r\n")]
    [InlineData("-1\r\n")]
    [InlineData("x\r\n")]
    [InlineData("\r\n\r\n")]
    [InlineData("9\r\n{\"a\":\"b\"}xx0\r\n\r\n")]
    [InlineData("9\n{\"a\":\"b\"}\r\n0\r\n\r\n")]
    public async Task A_chunk_that_no_reader_could_cut_out_is_refused_and_the_connection_ends(string chunks)
    {
        await server.UnchangedAsync(async () =>
        {
            using var http = await RawHttp.ConnectAsync(server.Address);
            await http.WriteAsync(Encoding.ASCII.GetBytes($"PUT /v1/secret/kept HTTP/1.1\r\nHost: x\r\nX-Vault-Token: root\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}"));
            var reply = await http.ReadAsync();

            // 408 where a chunk is well-formed and does not come.
            Assert.True(reply.Status is 400 or 408 or 413, reply.ToString());
        });
    }

    [Theory]
    [InlineData("http://x/v1/secret/kept", 200)]
    [InlineData("http://x/v1/secret?list=true", 200)]
    [InlineData("http://x/v1/secret/none", 404)]
    [InlineData("http://x/v1/secret/../kept", 400)]
    [InlineData("http://x", 404)]
    [InlineData("http://x?list=true", 404)]
    [InlineData("http://elsewhere/v1/secret/kept", 400)]
    public async Task A_whole_address_is_as_good_as_its_path(string target, int status)
    {
        var reply = await SendAsync($"GET {target} HTTP/1.1\r\nHost: x\r\nX-Vault-Token: root\r\n\r\n");

        Assert.True(reply.Status == status, reply.ToString());
        Assert.Equal(target.EndsWith("secret/kept", StringComparison.Ordinal) && status == 200, reply.Body.Contains("\"value\":\"kept\"", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("PUT", "/v1/secret/mime", "{\"a\":\"b\"}", 204)]
    [InlineData("DELETE", "/v1/secret/mime", "", 204)]
    [InlineData("GET", "/v1/secret/kept", "", 200)]
    [InlineData("GET", "/v1/secret/none", "", 404)]
    public async Task Every_answer_says_that_it_is_json_one_without_a_body_as_well(string method, string target, string body, int status)
    {
        var reply = await server.SendAsync(method, target, body.Length > 0 ? body : null);

        Assert.Equal(status, reply.Status);
        Assert.Contains("Content-Type: application/json\r\n", reply.Head + "\r\n", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_on_which_nothing_comes_is_closed_when_its_headers_are_late_and_one_between_requests_is_not()
    {
        var options = new ListenerOptions { Address = ReservedPort.ForThisProcess(), Times = new ListenerTimes { ReadHeader = TimeSpan.FromMilliseconds(300) } };
        await using var other = await CofferServer.StartAsync(
            new ServerOptions { Storage = StorageOptions.InMemory, Listeners = [options] },
            TimeProvider.System, SystemRandom.Instance, TestContext.Current.CancellationToken);
        using var used = await RawHttp.ConnectAsync((IPEndPoint)options.Address);
        await used.WriteAsync("GET /v1/sys/seal-status HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
        Assert.Equal(200, (await used.ReadAsync()).Status);

        using var silent = await RawHttp.ConnectAsync((IPEndPoint)options.Address);
        Assert.Equal(0, (await silent.ReadAsync()).Status);

        await used.WriteAsync("GET /v1/sys/seal-status HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
        Assert.Equal(200, (await used.ReadAsync()).Status);
    }

    private Task<RawReply> SendAsync(string text) => RawHttp.SendAsync(server.Address, Encoding.ASCII.GetBytes(text));
}
