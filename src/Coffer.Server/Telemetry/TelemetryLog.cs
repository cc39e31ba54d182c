using Microsoft.Extensions.Logging;

namespace Coffer.Server.Telemetry;

/// <summary>What the log says of the export of telemetry.</summary>
internal static partial class TelemetryLog
{
    [LoggerMessage(LogLevel.Information, "telemetry is sent")]
    public static partial void Sent(ILogger log, string to, string metrics, string traces);

    [LoggerMessage(LogLevel.Warning, "the headers of otlp_headers_file are sent unencrypted to another machine: set otlp_endpoint to an https URL")]
    public static partial void HeadersUnencrypted(ILogger log);

    [LoggerMessage(LogLevel.Information, "the collector of otlp_endpoint takes telemetry again")]
    public static partial void TakenAgain(ILogger log, string signal);

    [LoggerMessage(LogLevel.Warning, "the collector of otlp_endpoint does not take telemetry; requests are not affected, and this is said once until it does")]
    public static partial void NotTaken(ILogger log, string signal, string reason);

    [LoggerMessage(LogLevel.Error, "metrics are not sent any more until the server is started again")]
    public static partial void Ended(ILogger log, Exception error);
}
