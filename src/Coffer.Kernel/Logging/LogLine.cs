using System.Collections.Immutable;

namespace Coffer.Kernel.Logging;

/// <summary>Something that happened to the server, for the people who run it. Never holds a secret, a token, or the path of a secret.</summary>
/// <param name="What">A constant text: whatever varies is a field.</param>
public sealed record LogLine(LogLevel Level, string What)
{
    /// <summary>What most lines come from.</summary>
    public const string Core = "core";

    /// <summary>The end of leases and of what they are for.</summary>
    public const string Expiration = "expiration";

    /// <summary>What speaks HTTP.</summary>
    public const string Listener = "listener";

    /// <summary>Every logger there is.</summary>
    public static ImmutableArray<string> Loggers { get; } = [Core, Expiration, Listener];

    /// <summary>Which part of the server says so: one of <see cref="Loggers"/>.</summary>
    public string Logger { get; init; } = Core;

    public ImmutableArray<LogField> Fields { get; init; } = [];

    /// <summary>The same line with one more field.</summary>
    public LogLine With(string name, string value) => this with { Fields = Fields.Add(new LogField(name, value)) };
}

/// <param name="Name">In snake case.</param>
public readonly record struct LogField(string Name, string Value);

/// <summary>From what only developers want to what must not be missed.</summary>
public enum LogLevel
{
    Trace,
    Debug,
    Info,
    Warn,
    Error,
    Off,
}
