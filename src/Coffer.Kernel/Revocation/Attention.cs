using Coffer.Kernel.Leases;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Leases;

namespace Coffer.Kernel.Revocation;

/// <summary>The leases whose secrets could not be removed, and what an operator can do about each.</summary>
internal static class Attention
{
    /// <summary>A page of them in the order of their mounts.</summary>
    /// <param name="after">The cursor that the page before ended with; empty for the first.</param>
    /// <returns>Records, and the cursor of the next page; empty when there is none.</returns>
    public static async ValueTask<(IReadOnlyList<LeaseRecord> Leases, string Next)> PageAsync(
        UnitOfWork work, string mountUuid, string after, int limit, CancellationToken cancellation)
    {
        var prefix = mountUuid.Length == 0 ? LeaseKeys.AllAttention : LeaseKeys.Attention(mountUuid, "");
        var keys = await work.ScanAsync(prefix, after.Length == 0 ? null : LeaseKeys.AllAttention + after, limit, cancellation);
        var leases = new List<LeaseRecord>(keys.Count);
        foreach (var key in keys)
        {
            // Looked at one by one and not as one state: a lease that goes meanwhile is not shown, and nothing more.
            if (await LeaseStore.GetAsync(work, IdOf(key), cancellation) is { AttentionSince: not null } lease)
            {
                leases.Add(lease);
            }
        }

        return (leases, keys.Count < limit ? "" : keys[^1][LeaseKeys.AllAttention.Length..]);
    }

    /// <summary>How many there are, by the mount's UUID. Reads keys alone, a page at a time.</summary>
    public static async ValueTask<SortedDictionary<string, long>> CountAsync(Transactor transactions, CancellationToken cancellation)
    {
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        string? after = null;
        while (true)
        {
            var keys = await transactions.Begin().ScanAsync(LeaseKeys.AllAttention, after, Limits.LeasesPerPass, cancellation);
            foreach (var key in keys)
            {
                var mount = MountOf(key);
                counts[mount] = counts.GetValueOrDefault(mount) + 1;
            }

            if (keys.Count < Limits.LeasesPerPass)
            {
                return counts;
            }

            after = keys[^1];
        }
    }

    /// <summary>What the operator has to do before trying again can help.</summary>
    public static string RemedyOf(LeaseRecord lease) => lease.LastFailure switch
    {
        FailureClass.NeedsOperator =>
            "give back the right that the error names, or take away what is in the way at the outside system; then retry. If the secret is gone for good, forget the lease",
        FailureClass.Invalid =>
            "the outside system does not understand the request: compare the mount's configuration with it; then retry",
        FailureClass.Throttled => "wait: the outside system is throttling, and the lease is tried again by itself",
        _ => "see that the outside system can be reached from here; the lease is tried again by itself",
    };

    private static string MountOf(string key) => key[LeaseKeys.AllAttention.Length..key.IndexOf('/', LeaseKeys.AllAttention.Length)];

    private static string IdOf(string key) => key[(key.IndexOf('/', LeaseKeys.AllAttention.Length) + 1)..];
}
