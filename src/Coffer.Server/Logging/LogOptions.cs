using Microsoft.Extensions.Logging;

namespace Coffer.Server.Logging;

/// <summary>What is logged, how, and where to besides standard error.</summary>
public sealed record LogOptions
{
    /// <summary>Warnings and errors only, as text.</summary>
    public static LogOptions OfWarnings { get; } = new() { Level = LogLevel.Warning };

    /// <summary>Lines below it are left out.</summary>
    public LogLevel Level { get; init; } = LogLevel.Information;

    /// <summary>Each line is a JSON object.</summary>
    public bool Json { get; init; }

    /// <summary>Lines go here as well; a path that ends in a slash is a folder, in which <c>coffer.log</c> is written. Empty: no file.</summary>
    public string File { get; init; } = "";

    /// <summary>The file itself; empty: no file.</summary>
    public string FilePath => File.EndsWith('/') ? Path.Combine(File, "coffer.log") : File;

    /// <summary>Takes a format by its name.</summary>
    public static bool TryParseFormat(string text, out bool json)
    {
        json = text.Equals("json", StringComparison.OrdinalIgnoreCase);
        return json || text.Equals("standard", StringComparison.OrdinalIgnoreCase);
    }
}
