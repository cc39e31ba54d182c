using Coffer.Server.Logging;
using Coffer.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Coffer.Server.Tests.Logging;

public sealed class KestrelLogTests : IDisposable
{
    private readonly LogCollection _events = new();

    public void Dispose() => _events.Dispose();

    [Theory]
    [InlineData(LogLevel.Critical, "any", LogLevel.Error)]
    [InlineData(LogLevel.Error, "ApplicationError", LogLevel.Error)]
    [InlineData(LogLevel.Warning, "HeartbeatSlow", LogLevel.Warning)]
    [InlineData(LogLevel.Critical, "Http2QueueOperationsExceeded", LogLevel.Trace)]
    [InlineData(LogLevel.Error, "RequestBodyDrainBodyReaderInvalidState", LogLevel.Trace)]
    [InlineData(LogLevel.Debug, "ConnectionBadRequest", LogLevel.Trace)]
    public void Events_that_clients_cause_are_for_the_level_trace(LogLevel said, string name, LogLevel shown)
    {
        Log(new KestrelLog(_events.CreateLogger("listener")), said, name);

        var logged = Assert.Single(_events);
        Assert.Equal((shown, name, "c1"), (logged.Level, logged.Fields.GetValueOrDefault("@event") ?? logged.Fields["event"], logged.Fields["connection"]));
        Assert.DoesNotContain("a text that quotes a request", logged.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_listeners_logger_does_not_show_is_not_made()
    {
        using var shown = new LogCollection(LogLevel.Warning);
        var log = new KestrelLog(shown.CreateLogger("listener"));

        Assert.False(log.IsEnabled(LogLevel.Debug));
        Assert.False(log.IsEnabled(LogLevel.Information));
        Assert.True(log.IsEnabled(LogLevel.Warning));
        Log(log, LogLevel.Error, "Http2QueueOperationsExceeded");
        Assert.Empty(shown);
    }

    private static void Log(KestrelLog log, LogLevel level, string name)
    {
        var state = new Dictionary<string, object?> { ["ConnectionId"] = "c1" }.ToArray();
        var occurred = new EventId(1, name);
        var error = new BadHttpRequestException("a text that quotes a request");
        log.Log(level, occurred, state, error, static (_, _) => "a text that quotes a request");
    }
}
