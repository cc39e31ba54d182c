using System.Net;
using System.Net.Sockets;
using System.Text;
using Coffer.Kernel.Logging;
using Coffer.Sdk.Primitives;
using Coffer.Server.Configuration;
using Coffer.Server.Http;
using Coffer.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Coffer.Server.Tests.Http;

/// <summary>What happens to a connection that comes when a listener has as many as it may.</summary>
public sealed class ConnectionPlaceTests
{
    private const string Health = "GET /v1/sys/seal-status HTTP/1.1\r\nHost: x\r\n\r\n";
    private const string Unfinished = "PUT /v1/sys/unseal HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 100\r\n\r\n";

    private readonly ListenerOptions _options = new() { Address = ReservedPort.ForThisProcess(), ConnectionsMax = 3 };

    private IPEndPoint Address => (IPEndPoint)_options.Address;

    [Fact]
    public async Task A_new_connection_gets_the_place_of_the_one_that_is_idle_the_longest()
    {
        await using var server = await StartAsync();
        var idle = new List<RawHttp>();
        for (var i = 0; i < 3; i++)
        {
            idle.Add(await RawHttp.ConnectAsync(Address));
            Assert.Equal(200, (await AskAsync(idle[i])).Status);
        }

        // From here on the second one is idle the longest.
        Assert.Equal(200, (await AskAsync(idle[0])).Status);
        using var one = await RawHttp.ConnectAsync(Address);
        Assert.Equal(200, (await AskAsync(one)).Status);

        Assert.Equal(0, (await idle[1].ReadAsync()).Status);
        Assert.Equal(200, (await AskAsync(idle[0])).Status);
        Assert.Equal(200, (await AskAsync(idle[2])).Status);
        idle.ForEach(http => http.Dispose());
    }

    [Fact]
    public async Task Where_every_connection_has_a_request_a_new_one_is_closed()
    {
        await using var server = await StartAsync();
        var busy = new List<RawHttp>();
        for (var i = 0; i < 3; i++)
        {
            busy.Add(await RawHttp.ConnectAsync(Address));
            await busy[i].WriteAsync(Encoding.ASCII.GetBytes(Unfinished));
            Assert.Equal(100, (await busy[i].ReadAsync()).Status);
        }

        Assert.Equal(0, await StatusOfNewAsync());

        await busy[0].WriteAsync(Encoding.ASCII.GetBytes(new string(' ', 100)));
        Assert.NotEqual(0, (await busy[0].ReadAsync()).Status);

        // The answer comes a moment before its connection counts as idle.
        var status = 0;
        while (status == 0)
        {
            status = await StatusOfNewAsync();
        }

        Assert.Equal(200, status);
        busy.ForEach(http => http.Dispose());
    }

    [Fact]
    public void A_connection_of_several_requests_is_idle_when_the_last_has_ended()
    {
        var places = new ConnectionPlaces(1, NullLogger.Instance, TimeProvider.System);
        var first = new ConnectionPlace(places, null);
        Assert.True(places.TryEnter(first, out _));
        first.Begin();
        first.Begin();
        first.End();
        Assert.False(places.TryEnter(new ConnectionPlace(places, null), out _));

        first.End();
        var second = new ConnectionPlace(places, null);
        Assert.True(places.TryEnter(second, out var leaves));
        Assert.Same(first, leaves);

        // It leaves once more when it is closed, which gives no second place away.
        first.Begin();
        first.End();
        places.Leave(first);
        second.Begin();
        Assert.False(places.TryEnter(new ConnectionPlace(places, null), out _));
    }

    [Fact]
    public void Refused_connections_are_logged_once_a_minute_with_their_number()
    {
        using var events = new LogCollection();
        var clock = new FakeTimeProvider();
        var places = new ConnectionPlaces(1, events.CreateLogger(LogNames.Listener), clock);

        for (var second = 0; second < 120; second++)
        {
            places.Refused();
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(["1", "60"], events.Select(logged => logged.Fields["refused"]));
        Assert.All(events, logged => Assert.Equal(LogLevel.Warning, logged.Level));
    }

    /// <summary>Asks over a new connection.</summary>
    /// <returns>Zero when it is closed without an answer, which the client may see as early as it connects.</returns>
    private async Task<int> StatusOfNewAsync()
    {
        try
        {
            using var http = await RawHttp.ConnectAsync(Address);
            return (await AskAsync(http)).Status;
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionReset)
        {
            return 0;
        }
    }

    private static async Task<RawReply> AskAsync(RawHttp http)
    {
        try
        {
            await http.WriteAsync(Encoding.ASCII.GetBytes(Health));
        }
        catch (IOException)
        {
            // Closed already: reading says so as well.
        }

        return await http.ReadAsync();
    }

    private Task<CofferServer> StartAsync() => CofferServer.StartAsync(
        new ServerOptions { Storage = StorageOptions.InMemory, Listeners = [_options] },
        TimeProvider.System, SystemRandom.Instance, TestContext.Current.CancellationToken);
}
