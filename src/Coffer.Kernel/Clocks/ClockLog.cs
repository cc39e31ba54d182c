using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.Clocks;

/// <summary>What the log says of clocks.</summary>
internal static partial class ClockLog
{
    [LoggerMessage(LogLevel.Warning, "the server was away for long, or the clock is wrong: nothing is ended until it has held for a while")]
    public static partial void AwayForLong(ILogger log, string last, string now);

    [LoggerMessage(LogLevel.Information, "the system's clock agrees with the steady clock again")]
    public static partial void AgreesAgain(ILogger log);

    [LoggerMessage(LogLevel.Error, "the system's clock was set: leases and tokens go on by the time before, until this is confirmed")]
    public static partial void WasSet(ILogger log, long bySeconds, string against);

    [LoggerMessage(LogLevel.Warning, "{why}")]
    public static partial void Adopted(ILogger log, string why, string now);

    [LoggerMessage(LogLevel.Error, "the time could not be stored; the next start compares its clock with an earlier one")]
    public static partial void NotStored(ILogger log, Exception error);

    [LoggerMessage(LogLevel.Warning, "an outside system has another time than this server: set the system's clock right")]
    public static partial void OutsideDiffers(ILogger log, string system, long aheadSeconds);

    [LoggerMessage(LogLevel.Information, "the system's clock agrees with that of an outside system again")]
    public static partial void OutsideAgreesAgain(ILogger log, string system);
}
