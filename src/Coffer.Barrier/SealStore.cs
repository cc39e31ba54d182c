using System.Security.Cryptography;
using Coffer.Sdk.Primitives;
using Coffer.Storage;

namespace Coffer.Barrier;

/// <summary>The sealed keyring and the key slots in a store. Holds no key itself; several nodes may use one store at once.</summary>
public sealed class SealStore(IStore store, IRandom random)
{
    /// <summary>Whether the store holds a keyring.</summary>
    public async ValueTask<bool> IsInitializedAsync(CancellationToken cancellation) =>
        await store.GetAsync(SealKeys.Keyring, cancellation) is not null;

    /// <summary>Stores the keyring, the first slot and whatever else must be there from the start, all in one commit.</summary>
    /// <param name="rootKey">Seals the ring.</param>
    /// <param name="slot">The first slot.</param>
    /// <param name="slotKey">Proves that the slot gives the root key.</param>
    /// <param name="ring">The first keyring.</param>
    /// <param name="others">Further writes of the same commit, sealed already.</param>
    /// <param name="cancellation">Heeded up to the commit.</param>
    /// <returns>False when the store is initialised already; nothing was changed.</returns>
    /// <exception cref="ArgumentException">The slot does not open with its key to this root key.</exception>
    /// <exception cref="BarrierException"><see cref="BarrierProblem.Conflict"/>: there are slots but no keyring; part of a store has been lost.</exception>
    public async ValueTask<bool> InitializeAsync(
        SecretBytes rootKey, KeySlot slot, SecretBytes slotKey, Keyring ring, IReadOnlyList<StoreWrite> others, CancellationToken cancellation)
    {
        using (var opened = slot.Open(slotKey))
        {
            if (opened is null || !CryptographicOperations.FixedTimeEquals(opened.Expose(), rootKey.Expose()))
            {
                throw new ArgumentException("the slot does not open to this root key", nameof(slot));
            }
        }

        if (await IsInitializedAsync(cancellation))
        {
            return false;
        }

        var leftovers = await store.ScanAsync(SealKeys.SlotPrefix, after: null, limit: 1, cancellation);
        if (leftovers.Count > 0)
        {
            // Another node may have initialised since the first look.
            return await IsInitializedAsync(cancellation)
                ? false
                : throw new BarrierException(
                    BarrierProblem.Conflict, "the store holds key slots but no keyring: restore the keyring from a backup, or start with an empty store");
        }

        var keyring = SealedKeyring.Seal(ring, rootKey, random);
        var done = await store.CommitAsync(new StoreBatch(
            [new(SealKeys.Keyring, keyring.Bytes), new(SealKeys.Slot(slot.Id), KeySlotRecord.Encode(slot)), .. others],
            [new(SealKeys.Keyring, 0), new(SealKeys.Slot(slot.Id), 0)]));
        if (done)
        {
            keyring.NoteStored();
        }

        return done;
    }

    /// <summary>The keyring in the store, opened.</summary>
    /// <exception cref="BarrierException">There is none, it is damaged, or this is not its root key.</exception>
    public async ValueTask<StoredKeyring> LoadKeyringAsync(SecretBytes rootKey, CancellationToken cancellation)
    {
        var entry = await store.GetAsync(SealKeys.Keyring, cancellation) ?? throw NotInitialized();
        return new StoredKeyring(SealedKeyring.Open(entry.Value.Span, rootKey), entry.Version);
    }

    /// <summary>Stores a ring in place of the one at <paramref name="version"/>: rotated, or the same with its counts.</summary>
    /// <returns>False when the stored ring is another by now: load it, adopt it, and begin again.</returns>
    /// <exception cref="BarrierException"><see cref="BarrierProblem.NotAuthentic"/>: the stored ring does not open with this root key.</exception>
    public async ValueTask<bool> StoreKeyringAsync(SecretBytes rootKey, Keyring ring, long version, CancellationToken cancellation)
    {
        if (!await IsRootKeyAsync(rootKey, version, cancellation))
        {
            return false;
        }

        var keyring = SealedKeyring.Seal(ring, rootKey, random);
        var done = await store.CommitAsync(new StoreBatch([new(SealKeys.Keyring, keyring.Bytes)], [new(SealKeys.Keyring, version)]));
        if (done)
        {
            keyring.NoteStored();
        }

        return done;
    }

    /// <summary>All slots.</summary>
    public async ValueTask<SlotListing> ListSlotsAsync(CancellationToken cancellation)
    {
        var found = await ScanSlotsAsync(cancellation);
        return new SlotListing(
            [.. found.Where(entry => entry.Slot is not null).Select(entry => entry.Slot!)],
            [.. found.Where(entry => entry.Slot is null).Select(entry => entry.Key[SealKeys.SlotPrefix.Length..])]);
    }

    /// <summary>Stores a further slot, after proof that it opens to the root key of this store.</summary>
    /// <exception cref="ArgumentException">The slot does not open with this key.</exception>
    /// <exception cref="BarrierException">
    /// The slot's root key does not open the stored keyring; there are <see cref="Limits.SlotsMax"/> slots already; or others kept changing the keyring.
    /// </exception>
    public ValueTask AddSlotAsync(KeySlot slot, SecretBytes slotKey, CancellationToken cancellation) =>
        PutSlotAsync(slot, slotKey, replacedId: null, cancellation);

    /// <summary>Stores a slot and removes another, in one commit: new key shares in place of the old ones, for one.</summary>
    /// <exception cref="ArgumentException">The slot does not open with this key.</exception>
    /// <exception cref="BarrierException">As for <see cref="AddSlotAsync"/>; or the slot to be replaced is not there.</exception>
    public ValueTask ReplaceSlotAsync(string replacedId, KeySlot slot, SecretBytes slotKey, CancellationToken cancellation) =>
        PutSlotAsync(slot, slotKey, replacedId, cancellation);

    /// <summary>Removes a slot, unless it is the last one that can be read.</summary>
    /// <exception cref="BarrierException"><see cref="BarrierProblem.Conflict"/>: others kept changing the slots.</exception>
    public async ValueTask<SlotRemoval> RemoveSlotAsync(string id, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < AttemptsMax; attempt++)
        {
            var slots = await ScanSlotsAsync(cancellation);
            var target = slots.Find(entry => entry.Key == SealKeys.Slot(id));
            if (target is null)
            {
                return SlotRemoval.NotFound;
            }

            // One that stays is a condition too: of two that remove each other's last companion, one must fail.
            var staying = slots.Find(entry => entry.Slot is not null && entry.Key != target.Key);
            if (staying is null)
            {
                return SlotRemoval.LastOne;
            }

            if (await store.CommitAsync(new StoreBatch(
                [new(target.Key, null)], [new(target.Key, target.Version), new(staying.Key, staying.Version)])))
            {
                return SlotRemoval.Removed;
            }
        }

        throw Contended();
    }

    private async ValueTask PutSlotAsync(KeySlot slot, SecretBytes slotKey, string? replacedId, CancellationToken cancellation)
    {
        using var rootKey = slot.Open(slotKey) ?? throw new ArgumentException("the slot does not open with this key", nameof(slotKey));
        for (var attempt = 0; attempt < AttemptsMax; attempt++)
        {
            var (ring, version) = await LoadKeyringAsync(rootKey, cancellation);
            ring.Dispose();
            var slots = await ScanSlotsAsync(cancellation);
            List<StoreWrite> writes = [new(SealKeys.Slot(slot.Id), KeySlotRecord.Encode(slot))];

            // The keyring is a condition: the slot is worth something only as long as its root key opens that.
            List<StorePrecondition> conditions = [new(SealKeys.Keyring, version), new(SealKeys.Slot(slot.Id), 0)];
            if (replacedId is not null)
            {
                var replaced = slots.Find(entry => entry.Key == SealKeys.Slot(replacedId))
                    ?? throw new BarrierException(BarrierProblem.Missing, "the key slot to be replaced is not there");
                writes.Add(new(replaced.Key, null));
                conditions.Add(new(replaced.Key, replaced.Version));
            }
            else if (slots.Count >= Limits.SlotsMax)
            {
                throw new BarrierException(BarrierProblem.Conflict, $"there are {Limits.SlotsMax} key slots already; remove one first");
            }

            if (await store.CommitAsync(new StoreBatch(writes, conditions)))
            {
                return;
            }

            if (slots.Exists(entry => entry.Key == SealKeys.Slot(slot.Id)))
            {
                throw new BarrierException(BarrierProblem.Conflict, "a key slot of this id is there already; make a new one");
            }
        }

        throw Contended();
    }

    private async ValueTask<List<StoredSlot>> ScanSlotsAsync(CancellationToken cancellation)
    {
        var slots = new List<StoredSlot>();
        foreach (var (key, _) in await store.ScanAsync(SealKeys.SlotPrefix, after: null, StoreLimits.ScanMax, cancellation))
        {
            if (await store.GetAsync(key, cancellation) is { } entry)
            {
                slots.Add(new StoredSlot(key, entry.Version, Readable(key, entry.Value)));
            }
        }

        return slots;
    }

    private static KeySlot? Readable(string key, ReadOnlyMemory<byte> value)
    {
        try
        {
            // A record under another slot's key is as good as none: removing by id would miss it.
            var slot = KeySlotRecord.Decode(value);
            return SealKeys.Slot(slot.Id) == key ? slot : null;
        }
        catch (BarrierException)
        {
            // Reported by ListSlotsAsync as damaged.
            return null;
        }
    }

    /// <summary>False when the stored ring has another version; a wrong root key throws.</summary>
    private async ValueTask<bool> IsRootKeyAsync(SecretBytes rootKey, long version, CancellationToken cancellation)
    {
        var (ring, stored) = await LoadKeyringAsync(rootKey, cancellation);
        ring.Dispose();
        return stored == version;
    }

    private static BarrierException NotInitialized() =>
        new(BarrierProblem.Missing, "the store holds no keyring: it is not initialized");

    private static BarrierException Contended() =>
        new(BarrierProblem.Conflict, $"the keyring or the key slots were changed by others {AttemptsMax} times in a row; try again");

    private const int AttemptsMax = 8;

    private sealed record StoredSlot(string Key, long Version, KeySlot? Slot);
}
