using System.Net.Sockets;
using Coffer.Kernel.Logging;
using Coffer.Server.Http;
using Coffer.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Coffer.Server.Tests.Http;

public sealed class AcceptLoopTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly LogCollection _lines = new();
    private int _asked;

    public void Dispose() => _lines.Dispose();

    [Theory]
    [InlineData(SocketError.TooManyOpenSockets)]
    [InlineData(SocketError.NoBufferSpaceAvailable)]
    [InlineData(SocketError.AccessDenied)]
    public async Task Without_file_descriptors_the_system_is_asked_at_most_once_a_second_and_the_log_has_one_line_a_minute(SocketError error)
    {
        using var end = new CancellationTokenSource();
        var loop = Loop(() => throw new SocketException((int)error));
        var next = loop.NextAsync(end.Token).AsTask();
        Assert.Equal(1, _asked);

        for (var seconds = 0; seconds < 600; seconds++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(_asked, 300, 620);
        Assert.InRange(_lines.Count, 5, 11);
        Assert.Contains("limit of open files", _lines.First().Text, StringComparison.Ordinal);
        await end.CancelAsync();
        Assert.Null(await next);
    }

    [Fact]
    public async Task Once_there_are_some_again_connections_are_taken_and_the_next_want_begins_with_a_short_wait()
    {
        var free = false;
        using var made = new Socket(SocketType.Stream, ProtocolType.Tcp);
        var loop = Loop(() => free ? made : throw new SocketException((int)SocketError.TooManyOpenSockets));
        var first = loop.NextAsync(TestContext.Current.CancellationToken).AsTask();
        _clock.Advance(AcceptLoop.PauseMin);
        _clock.Advance(AcceptLoop.PauseMin * 2);
        free = true;
        _clock.Advance(AcceptLoop.PauseMin * 4);
        Assert.Same(made, await first);

        free = false;
        var second = loop.NextAsync(TestContext.Current.CancellationToken).AsTask();
        free = true;
        _clock.Advance(AcceptLoop.PauseMin);
        Assert.Same(made, await second);
    }

    [Fact]
    public async Task A_client_that_has_gone_costs_no_wait_and_a_closed_socket_ends_the_loop()
    {
        var left = 3;
        Assert.Null(await Loop(() => throw (--left > 0 ? new SocketException((int)SocketError.ConnectionReset) : new ObjectDisposedException("socket"))).NextAsync(TestContext.Current.CancellationToken));
        Assert.Equal(3, _asked);
        Assert.Null(await Loop(() => throw new SocketException((int)SocketError.OperationAborted)).NextAsync(TestContext.Current.CancellationToken));
        Assert.Empty(_lines);
    }

    private AcceptLoop Loop(Func<Socket> accept) => new(
        _ =>
        {
            _asked++;
            return ValueTask.FromResult(accept());
        },
        _clock,
        _lines.CreateLogger(LogNames.Listener));
}
