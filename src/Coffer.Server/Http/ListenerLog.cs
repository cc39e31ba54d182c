using Microsoft.Extensions.Logging;

namespace Coffer.Server.Http;

/// <summary>What the log says of listeners.</summary>
internal static partial class ListenerLog
{
    [LoggerMessage(LogLevel.Information, "the server listens")]
    public static partial void Listens(ILogger log, string address, string tls);

    [LoggerMessage(LogLevel.Error, "no connection can be taken; it is tried again, and those that come wait: raise the limit of open files, or close connections")]
    public static partial void NoConnections(ILogger log, string error);

    [LoggerMessage(LogLevel.Warning, "connections are refused: all are in use, and none of them is idle; the listener's max_connections says how many there may be")]
    public static partial void NoPlace(ILogger log, long refused);

    [LoggerMessage(LogLevel.Error, "request to {method} failed")]
    public static partial void RequestFailed(ILogger log, string method, Exception error);
}
