namespace Coffer.Storage.Caching;

/// <summary>Something in memory with a cost in bytes, and its place in a <see cref="CacheRing{T}"/>.</summary>
internal abstract class RingNode<T> : EntrySlot
    where T : RingNode<T>
{
    /// <summary>Estimate, in bytes.</summary>
    public long Cost { get; protected set; }

    /// <summary>Used since the ring looked last. A race loses one use and nothing else.</summary>
    public bool Touched { get; set; }

    /// <summary>Null when it is in none.</summary>
    public CacheRing<T>? Ring { get; set; }

    public T? Newer { get; set; }

    public T? Older { get; set; }

    /// <summary>About what the decoded form of an entry takes: as much as the encoded one, and some objects.</summary>
    protected static long DecodedBytes(StoreEntry entry) => entry.Value.Length + 128;

    /// <summary>Changes the cost, in the ring as well. Under the lock that guards the ring.</summary>
    protected void Grow(long bytes)
    {
        Cost += bytes;
        Ring?.Grow(bytes);
    }
}
