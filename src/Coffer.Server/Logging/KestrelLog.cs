using Coffer.Kernel.Logging;
using Microsoft.Extensions.Logging;
using LogLevel = Coffer.Kernel.Logging.LogLevel;

namespace Coffer.Server.Logging;

/// <summary>What Kestrel has to say, as lines of the server's log: the names of its events, never its texts, which may quote a request.</summary>
/// <param name="write">Takes the lines.</param>
/// <param name="levels">Which lines are shown: what is not is not even made, since Kestrel speaks with each body.</param>
internal sealed class KestrelLog(Action<LogLine> write, LogLevels levels) : ILoggerFactory, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("there is one log");

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(Microsoft.Extensions.Logging.LogLevel logLevel) =>
        logLevel is >= Microsoft.Extensions.Logging.LogLevel.Debug and not Microsoft.Extensions.Logging.LogLevel.None
        && levels.Of(LogLine.Listener) is not LogLevel.Off and var shown && LevelOf(logLevel) >= shown;

    public void Log<TState>(
        Microsoft.Extensions.Logging.LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }

        var line = new LogLine(LevelOf(logLevel), "the listener has something to say") { Logger = LogLine.Listener }.With("event", eventId.Name ?? $"{eventId.Id}");
        write(exception is null ? line : line.With("error", FailureText.Describe(exception)));
    }

    private static LogLevel LevelOf(Microsoft.Extensions.Logging.LogLevel logLevel) => logLevel switch
    {
        Microsoft.Extensions.Logging.LogLevel.Debug or Microsoft.Extensions.Logging.LogLevel.Information => LogLevel.Trace,
        Microsoft.Extensions.Logging.LogLevel.Warning => LogLevel.Warn,
        _ => LogLevel.Error,
    };

    public void Dispose()
    {
        // The log is the server's.
    }
}
