using Coffer.Storage.Caching;

namespace Coffer.Storage.Sqlite;

/// <summary>What is known of one key, and what a reader has made of it. The rest of it belongs to the ring.</summary>
internal sealed class CacheNode : RingNode<CacheNode>
{
    /// <summary>Node, table node, array header and the slot in the table, about.</summary>
    private const int OverheadBytes = 256;

    private readonly EntryCache _cache;

    private CacheNode(EntryCache cache, string key, bool known, StoreEntry? entry)
    {
        _cache = cache;
        Key = key;
        IsKnown = known;
        Entry = entry is { } present ? present with { Slot = this } : null;
        Cost = OverheadBytes + (2L * key.Length) + entry.GetValueOrDefault().Value.Length;
    }

    public string Key { get; }

    /// <summary>False while the file is being asked for the key, or the key is being committed.</summary>
    public bool IsKnown { get; }

    public StoreEntry? Entry { get; }

    public static CacheNode Known(EntryCache cache, string key, StoreEntry? entry) => new(cache, key, known: true, entry);

    public static CacheNode Unknown(EntryCache cache, string key) => new(cache, key, known: false, null);

    public override void Keep(object decoded) => _cache.Keep(this, decoded);

    /// <summary>Takes up what was made of the value, unless that would be too large. Under the cache's lock.</summary>
    public bool TryKeep(object decoded, long costMax)
    {
        var bytes = DecodedBytes(Entry.GetValueOrDefault());
        if (Decoded is not null || Cost + bytes > costMax)
        {
            return false;
        }

        Grow(bytes);
        Decoded = decoded;
        return true;
    }

    /// <summary>Lets go of what was made of the value. Under the cache's lock.</summary>
    public void Forget()
    {
        if (Decoded is not null)
        {
            Decoded = null;
            Grow(-DecodedBytes(Entry.GetValueOrDefault()));
        }
    }
}
