using Coffer.Sdk.Leases;
using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.Revocation;

/// <summary>What the log says of leases that end.</summary>
internal static partial class RevocationLog
{
    [LoggerMessage(LogLevel.Warning, "leases are ended late")]
    public static partial void Late(ILogger log, string mountUuid, string late, long lateBySeconds, int inFlight);

    [LoggerMessage(LogLevel.Information, "leases are ended in time again")]
    public static partial void InTimeAgain(ILogger log, string mountUuid);

    [LoggerMessage(Message = "a lease could not be revoked")]
    public static partial void NotRevoked(ILogger log, LogLevel level, string state, string leaseEnding, string mountUuid, FailureClass failure, int attempts);

    [LoggerMessage(LogLevel.Error, "a revocation of many leases broke off; it goes on by itself")]
    public static partial void JobBrokeOff(ILogger log, Exception error);

    [LoggerMessage(LogLevel.Error, "what is due could not be ended; it is tried again")]
    public static partial void DueNotEnded(ILogger log, Exception error);
}
