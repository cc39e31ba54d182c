using Coffer.Barrier;

namespace Coffer.Kernel.Seal;

/// <summary>How far a server is on its way from empty to unsealed.</summary>
public sealed record SealStatus(bool Initialized, bool Sealed, int Threshold, int Shares, int Progress, string Nonce)
{
    /// <summary>One of <see cref="KeySlotKinds"/>: what the operators' way in is. Static only where there are no key shares.</summary>
    public string Type { get; init; } = KeySlotKinds.Shamir;

    public string ClusterName { get; init; } = "";

    public string ClusterId { get; init; } = "";
}
