using Coffer.Barrier;
using Coffer.Sdk.Primitives;


namespace Coffer.Kernel.Seal;

/// <summary>The key slot that shares open, and how far its holders have come. Used by one caller at a time.</summary>
internal sealed class UnsealRound(SealStore seal, IRandom random) : IDisposable
{
    private bool _isKnown;

    /// <summary>Null where the store has no key shares, and before it was looked at.</summary>
    public KeySlot? Slot { get; private set; }

    /// <summary>The shares given so far; null likewise.</summary>
    public UnsealProgress? Progress { get; private set; }

    /// <summary>Reads the slots, unless they are known. A round that is under way ends where they have changed.</summary>
    public async ValueTask PrepareAsync(CancellationToken cancellation)
    {
        if (Volatile.Read(ref _isKnown))
        {
            return;
        }

        // Before the look: what changes during it is looked at again.
        Volatile.Write(ref _isKnown, true);
        try
        {
            Slot = KeySlots.ShamirOf(await seal.ListSlotsAsync(cancellation));
        }
        catch
        {
            Volatile.Write(ref _isKnown, false);
            throw;
        }

        Progress?.Dispose();
        Progress = Slot is { Shares: { } shares, Threshold: { } threshold } ? new UnsealProgress(shares, threshold, random) : null;
    }

    /// <summary>Has the slots read again before they are next used.</summary>
    public void NoteSlotsChanged() => Volatile.Write(ref _isKnown, false);

    public void Dispose() => Progress?.Dispose();
}
