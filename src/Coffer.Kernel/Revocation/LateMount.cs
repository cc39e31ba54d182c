using Coffer.Kernel.Leases;

namespace Coffer.Kernel.Revocation;

/// <summary>A mount whose leases are not ended in time.</summary>
/// <param name="MountUuid">Empty for tokens.</param>
/// <param name="Count">Leases that are late.</param>
/// <param name="InFlight">Leases that are being ended at this moment, late or not.</param>
/// <param name="HasMore">There are more that are due than <paramref name="Count"/> says.</param>
/// <param name="OldestDue">When the one that has waited longest was due.</param>
/// <param name="By">How long ago that was.</param>
public sealed record LateMount(string MountUuid, int Count, int InFlight, bool HasMore, DateTimeOffset OldestDue, TimeSpan By)
{
    /// <summary>Null when nothing is late.</summary>
    internal static LateMount? Of(string mountUuid, IReadOnlyList<DueEntry> entries, int inFlight, bool hasMore, DateTimeOffset now)
    {
        var late = entries.Where(entry => now - entry.Due >= RevocationLanes.LateAfter).ToArray();
        return late.Length == 0 ? null : new LateMount(mountUuid, late.Length, inFlight, hasMore, late.Min(entry => entry.Due), now - late.Min(entry => entry.Due));
    }
}
