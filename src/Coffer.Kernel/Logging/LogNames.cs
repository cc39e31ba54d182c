using System.Collections.Immutable;

namespace Coffer.Kernel.Logging;

/// <summary>The names of the server's loggers: the categories of its events. <c>sys/loggers</c> sets the level of each.</summary>
public static class LogNames
{
    /// <summary>What most events come from.</summary>
    public const string Core = "core";

    /// <summary>The end of leases and of what they are for.</summary>
    public const string Expiration = "expiration";

    /// <summary>What speaks HTTP.</summary>
    public const string Listener = "listener";

    /// <summary>Every logger there is.</summary>
    public static ImmutableArray<string> All { get; } = [Core, Expiration, Listener];
}
