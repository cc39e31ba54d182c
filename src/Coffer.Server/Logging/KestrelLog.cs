using Coffer.Kernel.Logging;
using Microsoft.Extensions.Logging;
using LogLevel = Coffer.Kernel.Logging.LogLevel;

namespace Coffer.Server.Logging;

/// <summary>What Kestrel has to say, as lines of the server's log: the names of its events, never its texts, which may quote a request.</summary>
internal sealed class KestrelLog(Action<LogLine> write) : ILoggerFactory, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("there is one log");

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(Microsoft.Extensions.Logging.LogLevel logLevel) => logLevel is >= Microsoft.Extensions.Logging.LogLevel.Debug and not Microsoft.Extensions.Logging.LogLevel.None;

    public void Log<TState>(
        Microsoft.Extensions.Logging.LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }

        var level = logLevel switch
        {
            Microsoft.Extensions.Logging.LogLevel.Debug or Microsoft.Extensions.Logging.LogLevel.Information => LogLevel.Trace,
            Microsoft.Extensions.Logging.LogLevel.Warning => LogLevel.Warn,
            _ => LogLevel.Error,
        };
        var line = new LogLine(level, "the listener has something to say") { Logger = LogLine.Listener }.With("event", eventId.Name ?? $"{eventId.Id}");
        write(exception is null ? line : line.With("error", FailureText.Describe(exception)));
    }

    public void Dispose()
    {
        // The log is the server's.
    }
}
