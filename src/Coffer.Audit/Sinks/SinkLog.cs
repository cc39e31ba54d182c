using Microsoft.Extensions.Logging;

namespace Coffer.Audit.Sinks;

/// <summary>What the log says of the places that audit entries are written to.</summary>
internal static partial class SinkLog
{
    [LoggerMessage(LogLevel.Error, "an audit device could not sign its last entries")]
    public static partial void NotSigned(ILogger log, Exception error);

    [LoggerMessage(LogLevel.Error, "an audit device was closed with {entries} entries that {device} did not take")]
    public static partial void ClosedWithUnsent(ILogger log, long entries, string device, Exception error);

    [LoggerMessage(LogLevel.Error, "an audit device cannot reach {device}; its entries wait in memory")]
    public static partial void Unreachable(ILogger log, string device, Exception error);
}
