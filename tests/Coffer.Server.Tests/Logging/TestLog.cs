using Microsoft.Extensions.Logging;

namespace Coffer.Server.Tests.Logging;

internal static partial class TestLog
{
    [LoggerMessage(Message = "a thing happened")]
    public static partial void Happened(ILogger log, LogLevel level, string? plain, string? oddValue, string? @event, Exception? error);

    [LoggerMessage(LogLevel.Information, "{what}")]
    public static partial void Noted(ILogger log, string what);
}
