using Microsoft.Extensions.Logging;

namespace Coffer.Conformance.Tests.Running;

/// <summary>Puts a server's warnings and errors into the output of the test that runs it.</summary>
internal sealed class TestOutputLog(ITestOutputHelper? output) : ILoggerFactory, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("events go to the test's output alone");

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Warning and not LogLevel.None;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            output?.WriteLine($"{formatter(state, exception)} {exception}");
        }
    }

    public void Dispose()
    {
        // The output is the test's.
    }
}
