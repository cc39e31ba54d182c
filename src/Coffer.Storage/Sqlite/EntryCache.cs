using System.Collections.Concurrent;
using Coffer.Storage.Caching;

namespace Coffer.Storage.Sqlite;

/// <summary>What the file holds for the keys in use, present or absent, and what readers have made of it, within a budget of bytes.</summary>
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
    private readonly CacheRing<CacheNode> _present;
    private readonly CacheRing<CacheNode> _absent;
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

        var load = CacheNode.Unknown(this, key);
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

                _nodes[key] = CacheNode.Unknown(this, key);
            }
        }

        Interlocked.Increment(ref _epoch);
    }

    /// <summary>Replaces a mark by what is committed. The value is copied.</summary>
    /// <param name="key">What was committed.</param>
    /// <param name="entry">Null: it was deleted.</param>
    /// <param name="decoded">For the slot of the entry; null for nothing.</param>
    public void EndCommit(string key, StoreEntry? entry, object? decoded = null)
    {
        // Copied only where it will be kept, and outside the lock.
        var kept = entry is { } present && present.Value.Length <= _entryBytesMax ? present with { Value = present.Value.ToArray() } : entry;
        lock (_gate)
        {
            Put(key, kept, decoded);
        }
    }

    /// <summary>Keeps what a reader has made of an entry, if the entry is still here.</summary>
    public void Keep(CacheNode node, object decoded)
    {
        lock (_gate)
        {
            if (node.Ring is not null && node.TryKeep(decoded, _entryBytesMax))
            {
                Evict(_present);
            }
        }
    }

    public void ForgetDecoded()
    {
        lock (_gate)
        {
            foreach (var node in _nodes.Values)
            {
                node.Forget();
            }
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
            foreach (var ring in (CacheRing<CacheNode>[])[_present, _absent])
            {
                while (ring.TryTakeOldest(out _))
                {
                    // Readers may still hold a node: it has to be in no ring any more.
                }
            }
        }
    }

    private void Put(string key, StoreEntry? entry, object? decoded = null)
    {
        var node = CacheNode.Known(this, key, entry);
        if (node.Cost > _entryBytesMax)
        {
            _nodes.TryRemove(key, out _);
            return;
        }

        _nodes[key] = node;
        var ring = entry is null ? _absent : _present;
        ring.Add(node);
        if (decoded is not null)
        {
            node.TryKeep(decoded, _entryBytesMax);
        }

        Evict(ring);
    }

    private void Evict(CacheRing<CacheNode> ring)
    {
        while (ring.TryEvict(out var evicted))
        {
            _nodes.TryRemove(evicted.Key, out _);
        }
    }
}
