using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.Seal;

/// <summary>What the log says of keys.</summary>
internal static partial class SealLog
{
    [LoggerMessage(LogLevel.Information, "the keyring has a new key")]
    public static partial void NewKey(ILogger log, long term);

    [LoggerMessage(LogLevel.Warning, "new key shares are in force")]
    public static partial void NewShares(ILogger log);

    [LoggerMessage(LogLevel.Warning, "holders of key shares make a root token")]
    public static partial void RootToken(ILogger log);

    [LoggerMessage(LogLevel.Error, "the static key of the configuration cannot be used, so nothing was initialised")]
    public static partial void StaticKeyUnusable(ILogger log, Exception error);

    [LoggerMessage(LogLevel.Warning, "an operator released an older copy of the store")]
    public static partial void OlderCopyReleased(ILogger log, string touched);
}
