using Coffer.Kernel.Logging;

namespace Coffer.Server.Logging;

/// <summary>What the command line says of the log, as typed; empty for what it does not say. It wins over the configuration.</summary>
public sealed record LogFlags(string Level, string Format, string File)
{
    public static LogFlags None { get; } = new("", "", "");

    /// <summary>Everything wrong with these values, each naming the flag.</summary>
    public IEnumerable<string> Problems()
    {
        if (Level.Length > 0 && !LogLevels.TryParse(Level, out _))
        {
            yield return "-log-level must be trace, debug, info, warn, error or off";
        }

        if (Format.Length > 0 && !LogOptions.TryParseFormat(Format, out _))
        {
            yield return "-log-format must be standard or json";
        }
    }

    /// <summary>The configuration's options with these over them.</summary>
    public LogOptions Over(LogOptions configured) => new()
    {
        Level = Level.Length > 0 && LogLevels.TryParse(Level, out var level) ? level : configured.Level,
        Json = Format.Length > 0 && LogOptions.TryParseFormat(Format, out var json) ? json : configured.Json,
        File = File.Length > 0 ? File : configured.File,
    };
}
