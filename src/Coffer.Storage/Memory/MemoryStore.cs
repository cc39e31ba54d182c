using System.Collections.Concurrent;

namespace Coffer.Storage.Memory;

/// <summary>A store that lives and dies with its process: for development and tests.</summary>
/// <remarks>
/// Point reads never wait: a cell of the hash table names the version it belongs to, and counts only from the moment that version is committed. Scans and commits
/// take turns, so a scan sees whole commits.
/// </remarks>
public sealed class MemoryStore : IStore
{
    /// <summary>For what readers have made of entries.</summary>
    private const long DecodedBytesMax = 8 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, MemoryCell> _cells = new(StringComparer.Ordinal);

    /// <summary>The keys that are there, in order. Under the gate.</summary>
    private readonly SortedSet<string> _keys = new(KeyOrder.Instance);

    private readonly MemorySlots _slots = new(DecodedBytesMax);
    private long _version;
    private volatile bool _closed;

    public ValueTask<StoreEntry?> GetAsync(string key, int bytesMax, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        ThrowIfClosed();
        StoreArguments.CheckKey(key);

        return ValueTask.FromResult(Point(key)?.UpTo(bytesMax));
    }

    public ValueTask<IReadOnlyList<KeyVersion>> ScanAsync(string prefix, string? after, int limit, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        ThrowIfClosed();
        StoreArguments.CheckScan(prefix, after, limit);
        var found = new List<KeyVersion>();
        lock (_gate)
        {
            foreach (var key in From(after is not null && KeyOrder.Instance.Compare(after, prefix) >= 0 ? after : prefix))
            {
                if (found.Count == limit || !key.StartsWith(prefix, StringComparison.Ordinal))
                {
                    break;
                }

                if (key != after)
                {
                    found.Add(new(key, _cells[key].Entry.GetValueOrDefault().Version));
                }
            }
        }

        return ValueTask.FromResult<IReadOnlyList<KeyVersion>>(found);
    }

    public ValueTask<bool> CommitAsync(StoreBatch batch)
    {
        ThrowIfClosed();
        StoreArguments.CheckBatch(batch);
        if (batch.Writes.Count == 0)
        {
            return ValueTask.FromResult(HoldsNow(batch.Preconditions));
        }

        lock (_gate)
        {
            ThrowIfClosed();
            if (!Holds(batch.Preconditions))
            {
                return ValueTask.FromResult(false);
            }

            Apply(batch.Writes);
            return ValueTask.FromResult(true);
        }
    }

    public void ForgetDecoded() => _slots.Clear();

    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _closed = true;
            _cells.Clear();
            _keys.Clear();
            _slots.Clear();
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>The keys from one on, in order. Under the gate.</summary>
    private SortedSet<string> From(string first) =>
        _keys.Max is { } last && KeyOrder.Instance.Compare(first, last) <= 0 ? _keys.GetViewBetween(first, last) : [];

    private void Apply(IReadOnlyList<StoreWrite> writes)
    {
        var version = _version + 1;
        var cells = new MemoryCell[writes.Count];
        for (var i = 0; i < cells.Length; i++)
        {
            var (key, value) = writes[i];
            var before = _cells.GetValueOrDefault(key);
            _cells[key] = cells[i] = new(_slots, version, value?.ToArray(), before);
            if (value is null)
            {
                _keys.Remove(key);
            }
            else if (before is null)
            {
                _keys.Add(key);
            }
        }

        // From here on the cells count.
        Volatile.Write(ref _version, version);
        for (var i = 0; i < cells.Length; i++)
        {
            // Cut the way back, or every value ever written would stay in memory.
            cells[i].CutBack();
            if (writes[i].Value is null)
            {
                _cells.TryRemove(writes[i].Key, out _);
            }
            else if (writes[i].Decoded is { } decoded)
            {
                cells[i].Keep(decoded);
            }
        }
    }

    private StoreEntry? Point(string key) => _cells.TryGetValue(key, out var cell) ? cell.At(ref _version) : null;

    private bool HoldsNow(IReadOnlyList<StorePrecondition> preconditions)
    {
        var before = Volatile.Read(ref _version);
        var holds = Holds(preconditions);
        if (Volatile.Read(ref _version) == before)
        {
            return holds;
        }

        // A commit came between the looks, so they may tell of two states.
        lock (_gate)
        {
            return Holds(preconditions);
        }
    }

    private bool Holds(IReadOnlyList<StorePrecondition> preconditions)
    {
        for (var i = 0; i < preconditions.Count; i++)
        {
            if ((Point(preconditions[i].Key)?.Version ?? 0) != preconditions[i].Version)
            {
                return false;
            }
        }

        return true;
    }

    private void ThrowIfClosed()
    {
        if (_closed)
        {
            throw new StoreUnavailableException("The store is closed.");
        }
    }
}
