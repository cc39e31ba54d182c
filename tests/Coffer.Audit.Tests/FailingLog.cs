using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;

namespace Coffer.Audit.Tests;

/// <summary>Throws each failure that is logged, for tests in which nothing may fail.</summary>
internal sealed class FailingLog : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (exception is not null)
        {
            ExceptionDispatchInfo.Throw(exception);
        }
    }
}
