using System.Diagnostics;
using System.Net.Sockets;
using Coffer.Audit.Sinks;
using Coffer.Barrier;
using Coffer.Storage;
using Microsoft.AspNetCore.Http;

namespace Coffer.Server.Logging;

/// <summary>
/// An exception as a log may show it. Only the words of the store, the disk and the network are repeated: those of any other exception may quote what a
/// client sent, so of it there is the type, and where in the code it was thrown.
/// </summary>
internal static class FailureText
{
    private const int FramesMax = 8;

    public static IEnumerable<KeyValuePair<string, string>> Fields(Exception error)
    {
        yield return new("error", Describe(error));
        if (!SpeaksFreely(error))
        {
            yield return new("at", Origin(error));
        }
    }

    private static string Describe(Exception error)
    {
        var own = SpeaksFreely(error) ? $"{error.GetType().Name}: {error.Message}" : error.GetType().Name;
        return error.InnerException is { } inner && !SpeaksFreely(error) ? $"{own} <- {Describe(inner)}" : own;
    }

    private static bool SpeaksFreely(Exception error) => error is StoreUnavailableException or BarrierException or AuditUnavailableException or SocketException
        or UnauthorizedAccessException or (IOException and not BadHttpRequestException);

    private static string Origin(Exception error)
    {
        var frames = new StackTrace(error, fNeedFileInfo: false).ToString()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(frame => frame.StartsWith("at ", StringComparison.Ordinal))
            .Take(FramesMax)
            .Select(frame => frame["at ".Length..]);
        return string.Join(" <- ", frames);
    }
}
