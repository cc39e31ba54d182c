using Microsoft.Extensions.Logging;

namespace Coffer.Server.Logging;

/// <summary>
/// What Kestrel says, as events of the server's log: the names of its events and their connection, never its texts, which may quote a request. Errors are shown as
/// those of any other event.
/// </summary>
/// <remarks>
/// Nearly all of Kestrel's events, those of its higher levels too, are what a client did: it broke the protocol, sent too slowly, or left. They are for the level trace,
/// so that nobody can fill the log by bad requests. <see cref="LevelOf"/> names those that are the server's own.
/// </remarks>
/// <param name="log">The listener's logger. What that does not show is not even made, since Kestrel speaks with each body.</param>
internal sealed partial class KestrelLog(ILogger log) : ILoggerFactory, ILogger
{
    private const string ConnectionId = "ConnectionId";

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("there is one log");

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <summary>Whether any event of the level could be shown.</summary>
    public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Debug and not LogLevel.None && log.IsEnabled(logLevel < LogLevel.Warning ? LogLevel.Trace : logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var level = LevelOf(logLevel, eventId);
        if (logLevel >= LogLevel.Debug && log.IsEnabled(level))
        {
            var connection = (state as IReadOnlyList<KeyValuePair<string, object?>>)?.FirstOrDefault(field => field.Key == ConnectionId).Value as string;
            Said(log, level, eventId.Name ?? "unnamed", connection, exception);
        }
    }

    public void Dispose()
    {
        // The log is the server's.
    }

    private static LogLevel LevelOf(LogLevel level, EventId occurred) => (level, occurred.Name) switch
    {
        (LogLevel.Critical, "Http2QueueOperationsExceeded") => LogLevel.Trace,
        (LogLevel.Critical, _) => LogLevel.Error,
        (LogLevel.Error, "ApplicationError") => LogLevel.Error,
        (LogLevel.Warning, "HeartbeatSlow") => LogLevel.Warning,
        _ => LogLevel.Trace,
    };

    [LoggerMessage(Message = "the listener has something to say")]
    private static partial void Said(ILogger log, LogLevel level, string @event, string? connection, Exception? error);
}
