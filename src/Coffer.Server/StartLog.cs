using Microsoft.Extensions.Logging;

namespace Coffer.Server;

/// <summary>What the log says of the start of a server.</summary>
internal static partial class StartLog
{
    [LoggerMessage(LogLevel.Information, "the server starts")]
    public static partial void Starts(ILogger log, string version, string storage);
}
