using System.Security.Cryptography;
using Coffer.Audit.Devices;
using Coffer.Audit.Verification;
using Coffer.Kernel.Audit;
using Coffer.Kernel.Transactions;
using Coffer.Storage;
using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.Hosting;

/// <summary>
/// How far the store had come when its audit files were last signed. They usually stand on another disk than the store, so an older copy of everything that belongs to the
/// store, its own record included, is behind them.
/// </summary>
internal static class CountedCheckpoints
{
    /// <summary>
    /// Tells the store of the newest generation that a signed checkpoint in one of the files names, those that the configuration has just declared included. A file that cannot be
    /// looked at is reported, and keeps no server sealed. To be called before the unsealed server writes anything.
    /// </summary>
    public static async ValueTask CompareAsync(KernelOptions options, Transactor transactions, CancellationToken cancellation)
    {
        var stored = await AuditTable.ReadAsync(transactions.Begin(), cancellation);
        if (options.Condition is not { } condition || stored.SigningKey.Length == 0)
        {
            return;
        }

        using var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(stored.SigningKey, out _);
        foreach (var device in AuditDeclaration.Merge(stored, options.Audit, options.Random, []).Devices)
        {
            if (LastOf(device, options.Audit, key, options.Log) is { } last)
            {
                await condition.NoteKnownAsync(new StoreMark(last.Generation, last.Time));
            }
        }
    }

    private static LastCheckpoint? LastOf(AuditDevice device, AuditBounds bounds, ECDsa key, ILogger log)
    {
        try
        {
            return LastCheckpoint.Of(device, bounds, key);
        }
        catch (Exception error) when (error is AuditPathException or IOException or UnauthorizedAccessException)
        {
            HostLog.NotCompared(log, device.Path, error);
            return null;
        }
    }
}
