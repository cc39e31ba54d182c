using Microsoft.Extensions.Logging;

namespace Coffer.Server.Logging;

/// <summary>One of the loggers of a <see cref="ServerLog"/>.</summary>
internal sealed class NamedLog(ServerLog log, string name) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => log.Levels.Shows(name, logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            log.Write(LogEvent.Of(name, logLevel, state, exception, formatter));
        }
    }
}
