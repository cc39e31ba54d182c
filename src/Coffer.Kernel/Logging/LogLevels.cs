using System.Collections.Frozen;
using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.Logging;

/// <summary>From which level on each logger's lines are shown: as configured, until somebody says otherwise. Safe for any thread.</summary>
/// <param name="configured">What counts for every logger at the start, and again after a reset.</param>
public sealed class LogLevels(LogLevel configured = LogLevel.Information)
{
    private volatile State _state = new(configured, Everywhere(configured));

    /// <summary>The names of the levels, for messages.</summary>
    public const string Known = "trace, debug, info, warn, error and off";

    /// <summary>The level that a reset brings back.</summary>
    public LogLevel Configured => _state.Configured;

    /// <summary>Takes a level by its name, as flags, configuration and API give it.</summary>
    public static bool TryParse(string text, out LogLevel level)
    {
        LogLevel? found = text.ToLowerInvariant() switch
        {
            "trace" => LogLevel.Trace,
            "debug" => LogLevel.Debug,
            "info" or "notice" => LogLevel.Information,
            "warn" or "warning" => LogLevel.Warning,
            "error" or "err" => LogLevel.Error,
            "off" => LogLevel.None,
            _ => null,
        };
        level = found ?? LogLevel.Information;
        return found is not null;
    }

    /// <summary>A level's name, as <see cref="TryParse"/> takes it.</summary>
    public static string NameOf(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.None => "off",
        _ => "error",
    };

    /// <summary>What counts for one of <see cref="LogNames.All"/>.</summary>
    public LogLevel Of(string logger) => _state.Levels[logger];

    /// <summary>Whether a line of this level is shown.</summary>
    public bool Shows(string logger, LogLevel level) => level != LogLevel.None && level >= Of(logger);

    /// <summary>What counts for one logger from now on.</summary>
    /// <param name="level">Null: the configured one.</param>
    public void Set(string logger, LogLevel? level) =>
        Change(state => state with { Levels = state.Levels.Select(pair => pair.Key == logger ? KeyValuePair.Create(logger, level ?? state.Configured) : pair).ToFrozenDictionary() });

    /// <summary>As <see cref="Set"/>, for every logger.</summary>
    public void SetAll(LogLevel? level) => Change(state => state with { Levels = Everywhere(level ?? state.Configured) });

    /// <summary>The configuration has changed: its level counts for every logger.</summary>
    public void Configure(LogLevel level) => Change(_ => new State(level, Everywhere(level)));

    private static FrozenDictionary<string, LogLevel> Everywhere(LogLevel level) => LogNames.All.ToFrozenDictionary(name => name, _ => level);

    private void Change(Func<State, State> change)
    {
        State before;
        do
        {
            before = _state;
        }
        while (Interlocked.CompareExchange(ref _state, change(before), before) != before);
    }

    private sealed record State(LogLevel Configured, FrozenDictionary<string, LogLevel> Levels);
}
