using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.Tasks;

/// <summary>What the log says of tasks of engines.</summary>
internal static partial class TaskLog
{
    [LoggerMessage(LogLevel.Error, "a task of an engine failed; it is tried again")]
    public static partial void Failed(ILogger log, string task, Exception error);

    [LoggerMessage(LogLevel.Error, "a task of an engine could not finish; it is tried again, and its mount shows why")]
    public static partial void Unfinished(ILogger log, string task);
}
