using Microsoft.Extensions.Logging;

namespace Coffer.Server.Telemetry;

/// <summary>Tells the log once that the collector takes nothing, and once that it takes something again.</summary>
/// <param name="signal">What is sent: metrics or traces.</param>
/// <param name="log">Takes what is said.</param>
internal sealed class ExportWatch(string signal, ILogger log)
{
    private int _isFailing;
    private volatile string _reason = "";

    /// <summary>Why the call that is under way fails, in a few words and without anything that was sent; empty: it does not.</summary>
    public void NoteCall(string reason) => _reason = reason;

    /// <summary>An attempt to send has ended.</summary>
    public void NoteOutcome(bool isDelivered)
    {
        if (Interlocked.Exchange(ref _isFailing, isDelivered ? 0 : 1) == (isDelivered ? 0 : 1))
        {
            return;
        }

        if (isDelivered)
        {
            TelemetryLog.TakenAgain(log, signal);
        }
        else
        {
            TelemetryLog.NotTaken(log, signal, _reason.Length > 0 ? _reason : "it refused what was sent");
        }
    }
}
