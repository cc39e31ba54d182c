namespace Coffer.Storage;

/// <summary>
/// A place beside an entry in the memory of a store, for what a reader has made of the value. It belongs to that version of the entry, so nothing in it is ever out
/// of date. All members may be called from many threads at once.
/// </summary>
public abstract class EntrySlot
{
    private volatile object? _decoded;

    /// <summary>What was kept; null when nothing was, or when it had to go.</summary>
    public object? Decoded
    {
        get => _decoded;
        private protected set => _decoded = value;
    }

    /// <summary>Keeps what a reader has made of the value, as long as the store has room for it. It is shared by all readers, so it must be immutable.</summary>
    /// <param name="decoded">Made of exactly this version of the entry.</param>
    public abstract void Keep(object decoded);
}
