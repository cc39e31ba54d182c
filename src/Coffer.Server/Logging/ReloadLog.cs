using Microsoft.Extensions.Logging;

namespace Coffer.Server.Logging;

/// <summary>What the log says of a signal to read files again.</summary>
internal static partial class ReloadLog
{
    [LoggerMessage(LogLevel.Error, "a certificate could not be read again; the one that was read before stays in force")]
    public static partial void CertificateNotRead(ILogger log, string problem);

    [LoggerMessage(LogLevel.Information, "files were opened again, as asked by a signal")]
    public static partial void Reopened(ILogger log, string logLevel);

    [LoggerMessage(LogLevel.Warning, "a signal asked to open files and to read the configuration again, and not all of it could be done")]
    public static partial void PartlyDone(ILogger log, string configuration, string openedAgain);

    [LoggerMessage(LogLevel.Error, "the configuration is not taken up")]
    public static partial void ConfigurationNotTaken(ILogger log, string problem);

    [LoggerMessage(LogLevel.Warning, "the configuration has changed and is not taken up until the server is started again")]
    public static partial void ConfigurationLeft(ILogger log, string keys);

    [LoggerMessage(LogLevel.Error, "the log file could not be opened again")]
    public static partial void LogNotReopened(ILogger log, Exception error);
}
