using Coffer.Kernel.Mounts;
using Coffer.Kernel.Transactions;
using Coffer.Kernel.Wrapping;

namespace Coffer.Kernel.Revocation;

/// <summary>What is kept for a token and goes with it: its cubbyhole, and what it wraps.</summary>
internal static class TokenCleanup
{
    /// <summary>Removes up to a page of them.</summary>
    /// <returns>True when nothing is left.</returns>
    public static async ValueTask<bool> RemoveSomeAsync(UnitOfWork work, string accessor, CancellationToken cancellation)
    {
        work.Delete(WrapRecord.KeyOf(accessor));
        var table = await work.GetAsync(MountTable.StorageKey, MountsJsonContext.Default.MountTable, cancellation);
        var cubbyhole = table?.Mounts.FirstOrDefault(mount => mount.Type == "cubbyhole");
        if (cubbyhole is null)
        {
            return true;
        }

        // The cubbyhole engine keeps what belongs to a token below that token's scope, which is its accessor.
        var keys = await work.ScanAsync($"{cubbyhole.StoragePrefix}{accessor}/", null, Limits.LeasesPerPass, cancellation);
        foreach (var key in keys)
        {
            work.Delete(key);
        }

        return keys.Count < Limits.LeasesPerPass;
    }
}
