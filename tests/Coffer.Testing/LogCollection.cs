using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Coffer.Testing;

/// <summary>Collects what is logged, in order. Safe for any thread.</summary>
/// <param name="from">Events below this level are left out.</param>
public sealed class LogCollection(LogLevel from = LogLevel.Trace) : ILoggerFactory, IReadOnlyCollection<LoggedEvent>
{
    private readonly ConcurrentQueue<LoggedEvent> _events = new();

    /// <inheritdoc/>
    public int Count => _events.Count;

    /// <summary>Failures that were logged as a warning or an error: the message, with the failure as its cause.</summary>
    public IReadOnlyList<Exception> Failures =>
        [.. _events.Where(logged => logged is { Level: >= LogLevel.Warning, Error: not null }).Select(logged => new InvalidOperationException(logged.Text, logged.Error))];

    /// <summary>Forgets what was logged so far.</summary>
    public void Clear() => _events.Clear();

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Collector(_events, categoryName, from);

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("events are collected here alone");

    /// <inheritdoc/>
    public IEnumerator<LoggedEvent> GetEnumerator() => _events.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public void Dispose()
    {
        // The events are read after what logged them has ended.
    }

    private sealed class Collector(ConcurrentQueue<LoggedEvent> events, string name, LogLevel from) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= from && logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
            {
                return;
            }

            var fields = (state as IReadOnlyList<KeyValuePair<string, object?>> ?? []).Where(field => field.Value is not null && field.Key != "{OriginalFormat}")
                .ToImmutableDictionary(field => field.Key, field => Convert.ToString(field.Value, CultureInfo.InvariantCulture) ?? "");
            events.Enqueue(new LoggedEvent(logLevel, name, formatter(state, exception), fields, exception));
        }
    }
}
