using Coffer.Storage.Caching;

namespace Coffer.Storage.Memory;

/// <summary>What a key holds from a version on, and what it held before for as long as that version is being committed.</summary>
internal sealed class MemoryCell : RingNode<MemoryCell>
{
    private readonly MemorySlots _slots;
    private readonly long _version;
    private volatile MemoryCell? _before;

    /// <param name="slots">Where it keeps what readers make of the value.</param>
    /// <param name="version">From which on it counts.</param>
    /// <param name="value">Null: the key is deleted.</param>
    /// <param name="before">Null: there was nothing.</param>
    public MemoryCell(MemorySlots slots, long version, byte[]? value, MemoryCell? before)
    {
        (_slots, _version, _before) = (slots, version, before);
        Entry = value is null ? null : new StoreEntry(version, value) { Slot = this };
        Cost = DecodedBytes(Entry.GetValueOrDefault());
    }

    public StoreEntry? Entry { get; }

    /// <summary>Another has taken its place. Under the lock of the slots.</summary>
    public bool IsReplaced { get; set; }

    /// <summary>What the key holds at a version that moves on.</summary>
    public StoreEntry? At(ref long version)
    {
        // Before the version is looked at: the way back is cut only once the version has moved on.
        var before = _before;
        if (_version > Volatile.Read(ref version))
        {
            return before?.Entry;
        }

        if (Ring is not null && !Touched)
        {
            Touched = true;
        }

        return Entry;
    }

    /// <summary>Its version is committed: what it held before goes, with what readers have made of it.</summary>
    public void CutBack()
    {
        if (_before is { } before)
        {
            _before = null;
            _slots.Remove(before);
        }
    }

    public override void Keep(object decoded) => _slots.Keep(this, decoded);

    /// <summary>Under the lock of the slots.</summary>
    public void Set(object? decoded) => Decoded = decoded;
}
