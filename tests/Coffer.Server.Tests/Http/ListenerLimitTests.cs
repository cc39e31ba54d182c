using System.Net;
using System.Net.Sockets;
using System.Text;
using Coffer.Sdk.Primitives;
using Coffer.Server.Configuration;
using Coffer.Server.Http;
using Coffer.Server.Http.Bodies;
using Coffer.Testing;
using Microsoft.AspNetCore.Http;

namespace Coffer.Server.Tests.Http;

public sealed class ListenerLimitTests
{
    private const string Health = "GET /v1/sys/seal-status HTTP/1.1\r\nHost: x\r\n";

    private static readonly ForwardedForOptions Proxies = new([IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("127.0.0.1/32")]);

    [Theory]
    [InlineData("10.1.1.1", "192.0.2.7", 0, "192.0.2.7")]
    [InlineData("10.1.1.1", "192.0.2.7, 10.2.2.2", 1, "192.0.2.7")]
    [InlineData("10.1.1.1", "203.0.113.9, 192.0.2.7", 0, "192.0.2.7")]
    [InlineData("::ffff:10.1.1.1", "2001:db8::7", 0, "2001:db8::7")]
    [InlineData("10.1.1.1", "192.0.2.7:5", 0, "192.0.2.7")]
    [InlineData("10.1.1.1", "203.0.113.9:1, 192.0.2.7:65535", 0, "192.0.2.7")]
    [InlineData("10.1.1.1", "[2001:db8::7]:5", 0, "2001:db8::7")]
    [InlineData("10.1.1.1", "[2001:db8::7]", 0, "2001:db8::7")]
    public void The_client_is_who_the_authorized_proxy_says(string peer, string header, int skips, string client)
    {
        Assert.Null(ForwardedFor.Resolve(Proxies with { HopSkips = skips }, Headers(header), IPAddress.Parse(peer), out var found));
        Assert.Equal(IPAddress.Parse(client), found);
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.7", 0, "client address not authorized for x-forwarded-for")]
    [InlineData("10.1.1.1", null, 0, "missing x-forwarded-for header")]
    [InlineData("10.1.1.1", "192.0.2.7", 1, "hops to skip (1) would skip before earliest chain link (chain length 1)")]
    [InlineData("10.1.1.1", "somebody", 0, "is no IP address")]
    [InlineData("10.1.1.1", "192.0.2.7,", 0, "is no IP address")]
    [InlineData("10.1.1.1", "192.0.2.7:", 0, "is no IP address")]
    [InlineData("10.1.1.1", "192.0.2.7:99999", 0, "is no IP address")]
    [InlineData("10.1.1.1", "192.0.2.7:http", 0, "is no IP address")]
    [InlineData("10.1.1.1", "1", 0, "is no IP address")]
    [InlineData("10.1.1.1", "1:5", 0, "is no IP address")]
    [InlineData(null, "192.0.2.7", 0, "client address not authorized")]
    public void What_cannot_be_believed_is_refused(string? peer, string? header, int skips, string reason) => Assert.Contains(
        reason,
        ForwardedFor.Resolve(Proxies with { HopSkips = skips }, Headers(header), peer is null ? null : IPAddress.Parse(peer), out _),
        StringComparison.Ordinal);

    [Fact]
    public void Where_refusing_is_switched_off_the_peer_itself_is_the_client()
    {
        var lenient = Proxies with { RejectNotAuthorized = false, RejectNotPresent = false };
        var stranger = IPAddress.Parse("192.0.2.1");

        Assert.Null(ForwardedFor.Resolve(lenient, Headers("10.9.9.9"), stranger, out var client));
        Assert.Equal(stranger, client);
        Assert.Null(ForwardedFor.Resolve(lenient, Headers(null), IPAddress.Parse("10.1.1.1"), out client));
        Assert.Equal(IPAddress.Parse("10.1.1.1"), client);
    }

    [Fact]
    public async Task A_listener_with_proxies_refuses_who_asks_for_nobody()
    {
        var options = Options() with { ForwardedFor = Proxies };
        await using var server = await StartAsync(options);

        Assert.Equal(400, (await SendAsync(options, Health + "\r\n")).Status);
        Assert.Equal(200, (await SendAsync(options, Health + "X-Forwarded-For: 192.0.2.7\r\n\r\n")).Status);
    }

    [Fact]
    public async Task A_body_that_does_not_end_in_time_is_answered_with_408()
    {
        var options = Options() with { Times = new ListenerTimes { Read = TimeSpan.FromMilliseconds(300) } };
        await using var server = await StartAsync(options);

        var reply = await SendAsync(options, "PUT /v1/sys/unseal HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{");

        Assert.Equal(408, reply.Status);
        Assert.Contains("http_read_timeout", reply.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"a":[[1]]}""", "nested deeper than 2 levels")]
    [InlineData("""{"a":"12345678901"}""", "a string longer than 10 bytes")]
    [InlineData("""{"a":"\u00e9\u00e9"}""", "a string longer than 10 bytes")]
    [InlineData("""{"a":1,"b":2,"c":3,"d":4}""", "more than 3 entries in an object")]
    [InlineData("""{"a":[1,2,3,4]}""", "more than 3 elements in an array")]
    [InlineData("""{"a":["1","2","3"],"b":["4","5"]}""", "more than 4 strings")]
    public void A_body_beyond_the_listeners_bounds_is_named_and_one_within_is_taken(string body, string problem)
    {
        var bounds = new JsonBounds { DepthMax = 2, StringBytesMax = 10, MembersMax = 3, ElementsMax = 3, StringsMax = 4 };

        Assert.False(JsonShape.IsWithin(Encoding.UTF8.GetBytes(body), bounds, out var found));
        Assert.Contains(problem, found, StringComparison.Ordinal);
        Assert.True(JsonShape.IsWithin("""{"a":["1","2","3"],"b":{"c":1,"d":2,"e":3},"f":"1234567890"}"""u8, bounds with { StringsMax = 9 }, out _));
        Assert.True(JsonShape.IsWithin(Encoding.UTF8.GetBytes(body), new JsonBounds(), out _));
    }

    [Fact]
    public async Task An_address_that_cannot_be_listened_on_is_named_with_the_reason_and_the_setting()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        var address = (IPEndPoint)taken.LocalEndPoint!;

        var inUse = await Assert.ThrowsAsync<IOException>(() => StartAsync(Options() with { Address = address }));
        var elsewhere = await Assert.ThrowsAsync<IOException>(() => StartAsync(Options() with { Address = new IPEndPoint(IPAddress.Parse("192.0.2.1"), 0) }));

        Assert.Contains($"the listener on {address} cannot be opened: another program listens there already", inUse.Message, StringComparison.Ordinal);
        Assert.Contains("the listener on 192.0.2.1:0 cannot be opened: this machine has no such address", elsewhere.Message, StringComparison.Ordinal);
        Assert.All([inUse.Message, elsewhere.Message], text => Assert.Contains("-dev-listen-address", text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_socket_left_by_a_dead_server_is_taken_over_and_one_in_use_or_another_file_is_not()
    {
        var folder = Directory.CreateTempSubdirectory("coffer-unix-");
        try
        {
            var path = Path.Combine(folder.FullName, "a.sock");
            var options = Options() with { Address = new UnixDomainSocketEndPoint(path) };
            await using (var server = await StartAsync(options))
            {
                Assert.Contains("in use", (await Assert.ThrowsAsync<IOException>(() => StartAsync(options))).Message, StringComparison.Ordinal);
            }

            // A closed socket takes its file along; one whose file was moved cannot.
            using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
            {
                dead.Bind(new UnixDomainSocketEndPoint(path + ".old"));
                File.Move(path + ".old", path);
            }

            await using (var server = await StartAsync(options))
            {
                Assert.True(File.Exists(path));
            }

            Assert.False(File.Exists(path));
            await File.WriteAllTextAsync(path, "precious", TestContext.Current.CancellationToken);
            await Assert.ThrowsAsync<IOException>(() => StartAsync(options));
            Assert.Equal("precious", await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static HeaderDictionary Headers(string? value) => value is null ? [] : new HeaderDictionary { ["X-Forwarded-For"] = value };

    private static ListenerOptions Options() => new() { Address = ReservedPort.ForThisProcess() };

    private static Task<RawReply> SendAsync(ListenerOptions options, string text) => RawHttp.SendAsync((IPEndPoint)options.Address, Encoding.ASCII.GetBytes(text));

    private static Task<CofferServer> StartAsync(ListenerOptions listener) => CofferServer.StartAsync(
        new ServerOptions { Storage = StorageOptions.InMemory, Listeners = [listener] },
        TimeProvider.System, SystemRandom.Instance, TestContext.Current.CancellationToken);
}
