using Coffer.Storage;

namespace Coffer.Kernel.Transactions;

/// <summary>What a unit of work has read, as the preconditions of its commit: each key once.</summary>
/// <remarks>Most requests read a handful of entries, which are looked through; from <see cref="IndexedFrom"/> on there is an index.</remarks>
internal sealed class ReadSet
{
    /// <summary>Most requests read no more entries than this.</summary>
    private const int Usual = 8;

    private const int IndexedFrom = 16;

    private StorePrecondition[] _all = new StorePrecondition[Usual];
    private Dictionary<string, long>? _index;

    public int Count { get; private set; }

    /// <summary>What has been read so far. It does not change when more is read.</summary>
    public ArraySegment<StorePrecondition> All => new(_all, 0, Count);

    /// <summary>Remembers what was read.</summary>
    /// <returns>False when the same entry was read before at another version.</returns>
    public bool TryAdd(string key, long version)
    {
        if (Find(key) is { } known)
        {
            return known == version;
        }

        if (Count == _all.Length)
        {
            // A copy: what was given out as preconditions keeps the old one.
            Array.Resize(ref _all, 2 * Count);
        }

        _all[Count++] = new StorePrecondition(key, version);
        if (_index is not null)
        {
            _index.Add(key, version);
        }
        else if (Count == IndexedFrom)
        {
            _index = All.ToDictionary(read => read.Key, read => read.Version, StringComparer.Ordinal);
        }

        return true;
    }

    private long? Find(string key)
    {
        if (_index is not null)
        {
            return _index.TryGetValue(key, out var version) ? version : null;
        }

        for (var i = 0; i < Count; i++)
        {
            if (_all[i].Key == key)
            {
                return _all[i].Version;
            }
        }

        return null;
    }
}
