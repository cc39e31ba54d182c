using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Coffer.Storage.Sqlite;

/// <summary>What the file holds for the keys in use, present or absent, within a budget of bytes.</summary>
/// <remarks>
/// Reading takes no lock. Never newer and never older than what a connection would read:
/// <list type="bullet">
/// <item>from just before a COMMIT until it is known how it went, the keys it writes are marked, and are read from the file;</item>
/// <item>what was read from the file is kept only if its key was not marked since before the reading began.</item>
/// </list>
/// <see cref="Epoch"/> moves between the marking and the COMMIT: values found at one epoch stood together in one committed state.
/// </remarks>
internal sealed class EntryCache
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, CacheNode> _nodes = new(StringComparer.Ordinal);
    private readonly CacheRing _present;
    private readonly CacheRing _absent;
    private readonly long _entryBytesMax;
    private long _epoch;

    /// <param name="bytesMax">Budget for present entries; absent ones, which a stranger's guesses make, have a sixteenth of it apart.</param>
    public EntryCache(long bytesMax)
    {
        _present = new(bytesMax);
        _absent = new(bytesMax / 16);
        _entryBytesMax = bytesMax / 16;
    }

    /// <summary>Grows whenever keys were marked.</summary>
    public long Epoch => Interlocked.Read(ref _epoch);

    /// <summary>An estimate of the memory in use, in bytes.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
            {
                return _present.Bytes + _absent.Bytes;
            }
        }
    }

    /// <returns>False when the file has to be asked.</returns>
    public bool TryGet(string key, out StoreEntry? entry)
    {
        if (_nodes.TryGetValue(key, out var node) && node.IsKnown)
        {
            // Written only when it changes, so that a hot entry's cache line stays shared between processors.
            if (!node.Touched)
            {
                node.Touched = true;
            }

            entry = node.Entry;
            return true;
        }

        entry = null;
        return false;
    }

    /// <summary>Begins before the file is read. Null when somebody else is reading or committing the key; then nothing is kept.</summary>
    public CacheNode? BeginLoad(string key)
    {
        if (_entryBytesMax == 0)
        {
            return null;
        }

        var load = CacheNode.Unknown(key);
        lock (_gate)
        {
            return _nodes.TryAdd(key, load) ? load : null;
        }
    }

    /// <summary>Keeps what was read, unless the key was marked meanwhile.</summary>
    public void EndLoad(CacheNode? load, StoreEntry? entry)
    {
        if (load is null)
        {
            return;
        }

        lock (_gate)
        {
            if (_nodes.TryGetValue(load.Key, out var now) && ReferenceEquals(now, load))
            {
                Put(load.Key, entry);
            }
        }
    }

    /// <summary>After a reading that failed.</summary>
    public void AbandonLoad(CacheNode? load)
    {
        if (load is not null)
        {
            _nodes.TryRemove(new(load.Key, load));
        }
    }

    /// <summary>Marks the keys of a group; called before COMMIT.</summary>
    public void BeginCommit(IEnumerable<string> keys)
    {
        lock (_gate)
        {
            foreach (var key in keys)
            {
                if (_nodes.TryGetValue(key, out var old))
                {
                    old.Ring?.Remove(old);
                }

                _nodes[key] = CacheNode.Unknown(key);
            }
        }

        Interlocked.Increment(ref _epoch);
    }

    /// <summary>Replaces a mark by what is committed. The value is copied.</summary>
    public void EndCommit(string key, StoreEntry? entry)
    {
        // Copied only where it will be kept, and outside the lock.
        var kept = entry is { } present && present.Value.Length <= _entryBytesMax ? present with { Value = present.Value.ToArray() } : entry;
        lock (_gate)
        {
            Put(key, kept);
        }
    }

    /// <summary>Removes the marks of a commit that failed.</summary>
    public void AbortCommit(IEnumerable<string> keys)
    {
        lock (_gate)
        {
            foreach (var key in keys)
            {
                if (_nodes.TryGetValue(key, out var node) && !node.IsKnown)
                {
                    _nodes.TryRemove(key, out _);
                }
            }
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _nodes.Clear();
            _present.Clear();
            _absent.Clear();
        }
    }

    private void Put(string key, StoreEntry? entry)
    {
        var node = CacheNode.Known(key, entry);
        if (node.Cost > _entryBytesMax)
        {
            _nodes.TryRemove(key, out _);
            return;
        }

        _nodes[key] = node;
        var ring = entry is null ? _absent : _present;
        ring.Add(node);
        while (ring.TryEvict(out var evicted))
        {
            _nodes.TryRemove(evicted.Key, out _);
        }
    }
}

/// <summary>What is known of one key. Immutable but for its place in the ring and the mark of use.</summary>
internal sealed class CacheNode
{
    /// <summary>Node, table node, array header and the slot in the table, about.</summary>
    private const int OverheadBytes = 240;

    private CacheNode(string key, bool known, StoreEntry? entry)
    {
        Key = key;
        IsKnown = known;
        Entry = entry;
        Cost = OverheadBytes + (2L * key.Length) + entry.GetValueOrDefault().Value.Length;
    }

    public string Key { get; }

    /// <summary>False while the file is being asked for the key, or the key is being committed.</summary>
    public bool IsKnown { get; }

    public StoreEntry? Entry { get; }

    public long Cost { get; }

    /// <summary>Used since the ring looked last. A race loses one use and nothing else.</summary>
    public bool Touched { get; set; }

    public CacheRing? Ring { get; set; }

    public CacheNode? Newer { get; set; }

    public CacheNode? Older { get; set; }

    public static CacheNode Known(string key, StoreEntry? entry) => new(key, known: true, entry);

    public static CacheNode Unknown(string key) => new(key, known: false, null);
}

/// <summary>Nodes by age, with a budget: the oldest goes, unless it was used, which makes it young again. Guarded by the cache's lock.</summary>
internal sealed class CacheRing(long bytesMax)
{
    /// <summary>Second chances at one eviction, so that it does not walk a whole ring of used entries under the lock.</summary>
    private const int SecondChancesMax = 32;

    private CacheNode? _newest;
    private CacheNode? _oldest;

    public long Bytes { get; private set; }

    public void Add(CacheNode node)
    {
        node.Ring = this;
        node.Older = _newest;
        node.Newer = null;
        if (_newest is not null)
        {
            _newest.Newer = node;
        }

        _newest = node;
        _oldest ??= node;
        Bytes += node.Cost;
    }

    public void Remove(CacheNode node)
    {
        if (node.Newer is null)
        {
            _newest = node.Older;
        }
        else
        {
            node.Newer.Older = node.Older;
        }

        if (node.Older is null)
        {
            _oldest = node.Newer;
        }
        else
        {
            node.Older.Newer = node.Newer;
        }

        node.Ring = null;
        node.Newer = null;
        node.Older = null;
        Bytes -= node.Cost;
    }

    /// <summary>Takes out one node if the ring is over its budget.</summary>
    public bool TryEvict([NotNullWhen(true)] out CacheNode? evicted)
    {
        evicted = null;
        if (Bytes <= bytesMax)
        {
            return false;
        }

        for (var chances = 0; _oldest is { Touched: true } used && chances < SecondChancesMax; chances++)
        {
            used.Touched = false;
            Remove(used);
            Add(used);
        }

        evicted = _oldest;
        if (evicted is null)
        {
            return false;
        }

        Remove(evicted);
        return true;
    }

    public void Clear()
    {
        _newest = null;
        _oldest = null;
        Bytes = 0;
    }
}
