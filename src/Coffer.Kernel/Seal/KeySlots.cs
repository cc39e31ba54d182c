using Coffer.Barrier;

using Coffer.Sdk.Primitives;
using Coffer.Storage;

namespace Coffer.Kernel.Seal;

/// <summary>Where an operator has left the key of a static slot. Named in the server's configuration and nowhere else.</summary>
/// <param name="Id">The operator's name for the key, so that one can follow another.</param>
/// <param name="Description">The file or variable, for messages.</param>
/// <param name="Read">Reads it; an <see cref="IOException"/> says why it cannot be read.</param>
public sealed record StaticKeySource(string Id, string Description, Func<byte[]> Read)
{
    /// <summary>The key.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="BarrierException">What is there is no key.</exception>
    public SecretBytes Key() => StaticKey.Read(Read);
}

/// <summary>The key slots of an unsealed server. What is added has opened before it counts, and the last slot stays.</summary>
/// <param name="rootKey">Stays the owner's.</param>
public sealed class KeySlots(SealStore seal, SecretBytes rootKey, IRandom random, TimeProvider clock, IServerControl control)
{
    /// <summary>Parameter of a static slot: which of the configured keys opens it.</summary>
    public const string KeyIdParameter = "key_id";

    /// <summary>All slots.</summary>
    public ValueTask<SlotListing> ListAsync(CancellationToken cancellation) => seal.ListSlotsAsync(cancellation);

    /// <summary>The slot that key shares open; null when there is none.</summary>
    public async ValueTask<KeySlot?> ShamirAsync(CancellationToken cancellation) => ShamirOf(await seal.ListSlotsAsync(cancellation));

    internal static KeySlot? ShamirOf(SlotListing slots) =>
        slots.Slots.FirstOrDefault(slot => slot is { Kind: KeySlotKinds.Shamir, Shares: not null, Threshold: not null });

    /// <summary>Whether a configured key could not be read, or is none.</summary>
    internal static bool IsKeyProblem(Exception error) => error switch
    {
        StoreUnavailableException => false,
        IOException or UnauthorizedAccessException => true,
        BarrierException barrier => barrier.Problem == BarrierProblem.KeyMaterial,
        _ => false,
    };

    /// <summary>A slot for new shares that is not stored yet, with its key.</summary>
    internal PreparedSlot PrepareShamir(int shares, int threshold) => PreparedSlot.Shamir(shares, threshold, rootKey, random, clock);

    /// <summary>A slot for a configured key.</summary>
    internal static KeySlot CreateStatic(StaticKeySource source, SecretBytes rootKey, SecretBytes key, IRandom random, TimeProvider clock) =>
        KeySlot.Create(KeySlotKinds.Static, new Dictionary<string, string> { [KeyIdParameter] = source.Id }, rootKey, key, random, clock);

    /// <summary>Stores a slot; from then on it opens the server.</summary>
    /// <exception cref="BarrierException">There are too many, or others kept changing them.</exception>
    internal async ValueTask AddAsync(KeySlot slot, SecretBytes key, CancellationToken cancellation)
    {
        await seal.AddSlotAsync(slot, key, cancellation);
        control.NoteSlotsChanged();
    }

    /// <summary>Adds a slot for the configured key of that id.</summary>
    /// <exception cref="IOException">The key cannot be read.</exception>
    /// <exception cref="BarrierException">It is no key; there are too many slots; or others kept changing them.</exception>
    public async ValueTask<KeySlot> AddStaticAsync(StaticKeySource source, CancellationToken cancellation)
    {
        using var key = source.Key();
        var slot = CreateStatic(source, rootKey, key, random, clock);
        await AddAsync(slot, key, cancellation);
        return slot;
    }

    /// <summary>Puts new shares in the place of the old, in one commit.</summary>
    /// <exception cref="BarrierException">The old slot is gone, or others kept changing the slots.</exception>
    internal async ValueTask ReplaceAsync(KeySlot old, PreparedSlot replacement, CancellationToken cancellation)
    {
        await seal.ReplaceSlotAsync(old.Id, replacement.Slot, replacement.Key, cancellation);
        control.NoteSlotsChanged();
    }

    /// <summary>Removes a slot, unless it is the last.</summary>
    public async ValueTask<SlotRemoval> RemoveAsync(string id, CancellationToken cancellation)
    {
        var removal = await seal.RemoveSlotAsync(id, cancellation);
        control.NoteSlotsChanged();
        return removal;
    }
}

/// <summary>A slot that is not stored yet, with the key that opens it.</summary>
internal sealed record PreparedSlot(KeySlot Slot, SecretBytes Key) : IDisposable
{
    private const int KeyBytes = 32;

    /// <summary>A slot for key shares.</summary>
    public static PreparedSlot Shamir(int shares, int threshold, SecretBytes rootKey, IRandom random, TimeProvider clock)
    {
        var key = SecretBytes.Random(KeyBytes, random);
        return new PreparedSlot(
            KeySlot.Create(KeySlotKinds.Shamir, KeySlotKinds.ShamirParameters(shares, threshold), rootKey, key, random, clock), key);
    }

    /// <summary>The shares of a Shamir slot's key, as the holders get them. Nothing keeps them.</summary>
    public IReadOnlyList<byte[]> Shares(IRandom random) => UnsealKeyShares.SplitToBytes(Key, Slot.Shares!.Value, Slot.Threshold!.Value, random);

    public void Dispose() => Key.Dispose();
}
