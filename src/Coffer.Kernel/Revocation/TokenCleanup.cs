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
        if (await CubbyholeStorage.PrefixOfAsync(work, accessor, cancellation) is not { } prefix)
        {
            return true;
        }

        var keys = await work.ScanAsync(prefix, null, Limits.LeasesPerPass, cancellation);
        foreach (var key in keys)
        {
            work.Delete(key);
        }

        return keys.Count < Limits.LeasesPerPass;
    }
}
