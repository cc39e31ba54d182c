using System.Net.Sockets;
using System.Runtime.InteropServices;
using Coffer.Audit.Devices;

namespace Coffer.Audit.Sinks;

/// <summary>Why an audit device cannot be enabled, for the client. The texts of the system's own exceptions name paths and addresses that clients sent.</summary>
public static class AuditReason
{
    public static string Of(Exception error) => error switch
    {
        AuditPathException => error.Message,
        AuditUnavailableException { InnerException: { } cause } => Of(cause),
        AuditUnavailableException => "it does not take an entry",
        UnauthorizedAccessException => "permission denied",
        SystemLogException => error.Message,
        FileNotFoundException or DirectoryNotFoundException => "it or a folder above it is missing",
        SocketException socket => OfSystem(socket.NativeErrorCode),
        IOException { InnerException: SocketException socket } => OfSystem(socket.NativeErrorCode),
        IOException { InnerException: OperationCanceledException } => "it took longer than write_timeout",
        _ => OfSystem(error.HResult),
    };

    /// <summary>The system's words for its error number. What is no such number is one of .NET's own codes, for which the system has no words.</summary>
    private static string OfSystem(int number) =>
        number > 0 && !OperatingSystem.IsWindows() ? Marshal.GetPInvokeErrorMessage(number) : "the system refuses it";
}
