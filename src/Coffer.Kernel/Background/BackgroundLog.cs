using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.Background;

/// <summary>What the log says of work that no request waits for.</summary>
internal static partial class BackgroundLog
{
    [LoggerMessage(LogLevel.Error, "a step of background work failed: {work}; it is tried again in {retryAfterSeconds} s")]
    public static partial void StepFailed(ILogger log, string work, double retryAfterSeconds, Exception error);

    [LoggerMessage(LogLevel.Error, "background work ended with an error")]
    public static partial void EffectFailed(ILogger log, Exception error);
}
