using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.Audit;

/// <summary>What the log says of audit devices.</summary>
internal static partial class AuditDeviceLog
{
    [LoggerMessage(LogLevel.Information, "an audit device is enabled")]
    public static partial void Enabled(ILogger log, string path, string type);

    [LoggerMessage(LogLevel.Information, "an audit device is disabled")]
    public static partial void Disabled(ILogger log, string path, string type);

    [LoggerMessage(LogLevel.Information, "an audit device is declared")]
    public static partial void Declared(ILogger log, string path, string type);

    [LoggerMessage(LogLevel.Warning, "an audit device is no longer declared")]
    public static partial void NoLongerDeclared(ILogger log, string path, string type);

    [LoggerMessage(LogLevel.Warning, "an audit device gives way to a declared one")]
    public static partial void GivesWay(ILogger log, string path, string type);

    [LoggerMessage(LogLevel.Warning, "an audit file was removed while the server wrote to it; what it held is lost, and a new one is begun")]
    public static partial void FileRemoved(ILogger log, string device);

    [LoggerMessage(LogLevel.Error, "the audit device {path} did not close cleanly")]
    public static partial void NotClosed(ILogger log, string path, Exception error);

    [LoggerMessage(LogLevel.Information, "the audit device {path} records again")]
    public static partial void RecordsAgain(ILogger log, string path);

    [LoggerMessage(LogLevel.Error, "the audit device {path} did not record an entry; this is said once until it records again")]
    public static partial void NotRecorded(ILogger log, string path, Exception error);

    [LoggerMessage(LogLevel.Error, "the last checkpoint of the audit log could not be stored; the next one is stored in its place")]
    public static partial void CheckpointNotStored(ILogger log, Exception error);
}
