using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.Mounts;

/// <summary>What the log says of mounts.</summary>
internal static partial class MountLog
{
    [LoggerMessage(LogLevel.Information, "an engine is mounted")]
    public static partial void Mounted(ILogger log, string path, string type, string accessor);

    [LoggerMessage(LogLevel.Information, "an engine is moved")]
    public static partial void Moved(ILogger log, string path, string type, string accessor);

    [LoggerMessage(LogLevel.Information, "an engine is unmounted")]
    public static partial void Unmounted(ILogger log, string path, string type, string accessor);

    [LoggerMessage(LogLevel.Error, "an engine that is not used any more could not be ended")]
    public static partial void NotEnded(ILogger log, Exception error);
}
