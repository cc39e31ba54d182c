using System.Runtime.InteropServices;

namespace Coffer.Server.Files;

/// <summary>Why a file cannot be opened, without its path: what a configuration has for a path by mistake may be a secret, and problems go to logs.</summary>
internal static class FileProblem
{
    private const int LargestErrno = 4095;

    /// <summary>The reason, in words that follow a colon.</summary>
    public static string Of(Exception error) => error switch
    {
        FileNotFoundException => "it does not exist",
        DirectoryNotFoundException => "a folder of its path does not exist",
        UnauthorizedAccessException => "the server's user may not open it, or it is a folder",
        ArgumentException => "its path is empty or holds a zero byte",
        // The number that the system gave. The exception's own message ends with the path.
        IOException { HResult: > 0 and <= LargestErrno and var number } => Marshal.GetPInvokeErrorMessage(number),
        _ => error.GetType().Name,
    };
}
