using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.Hosting;

/// <summary>What the log says of a server that is unsealed, works and is sealed.</summary>
internal static partial class HostLog
{
    [LoggerMessage(LogLevel.Information, "the store is initialized")]
    public static partial void Initialized(ILogger log);

    [LoggerMessage(LogLevel.Information, "the server is unsealed")]
    public static partial void Unsealed(ILogger log, string by);

    [LoggerMessage(LogLevel.Information, "the server is sealed")]
    public static partial void Sealed(ILogger log);

    [LoggerMessage(LogLevel.Information, "unsealing waits until what ran before the seal has ended")]
    public static partial void UnsealWaits(ILogger log);

    [LoggerMessage(LogLevel.Warning, "the store was opened, and not by the first of the configured static keys")]
    public static partial void OpenedByAnotherKey(ILogger log, string openedBy, string problem);

    [LoggerMessage(LogLevel.Error, "{problem}")]
    public static partial void OlderCopy(ILogger log, string problem);

    [LoggerMessage(LogLevel.Warning, "sealing goes on without work that did not heed its cancellation; it can neither read nor write any more")]
    public static partial void LeftBehind(ILogger log);

    [LoggerMessage(LogLevel.Error, "sealing did not end cleanly")]
    public static partial void NotSealedCleanly(ILogger log, Exception error);

    [LoggerMessage(LogLevel.Error, "the version could not be added to sys/version-history; the next unseal tries again")]
    public static partial void VersionNotStored(ILogger log, Exception error);

    [LoggerMessage(LogLevel.Error, "no audit device could record the unseal; no request runs before one has")]
    public static partial void UnsealNotRecorded(ILogger log, Exception error);

    [LoggerMessage(LogLevel.Error, "how often the keys were used could not be stored; the count goes on from the last one that was")]
    public static partial void KeyUseNotStored(ILogger log, Exception error);

    [LoggerMessage(LogLevel.Error, "the store could not be compared with the last checkpoint of the audit device {device}")]
    public static partial void NotCompared(ILogger log, string device, Exception error);

    [LoggerMessage(LogLevel.Error, "the store failed a request")]
    public static partial void StoreFailed(ILogger log, Exception error);

    [LoggerMessage(LogLevel.Error, "no audit device could record a request")]
    public static partial void NotRecorded(ILogger log, Exception error);

    [LoggerMessage(LogLevel.Error, "a stored entry could not be opened")]
    public static partial void NotOpened(ILogger log, Exception error);

    [LoggerMessage(Message = "an answer could not be delivered")]
    public static partial void NotDelivered(ILogger log, LogLevel level, string madeForIt, string leaseEnding, string tokenAccessor);
}
