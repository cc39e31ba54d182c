using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.Tidying;

/// <summary>What the log says of walks through the store.</summary>
internal static partial class TidyLog
{
    [LoggerMessage(Message = "a tidy has ended")]
    public static partial void Ended(ILogger log, LogLevel level, string work, string state, string found);

    [LoggerMessage(LogLevel.Error, "a tidy met what it could not read or repair")]
    public static partial void Unreadable(ILogger log, Exception error);
}
