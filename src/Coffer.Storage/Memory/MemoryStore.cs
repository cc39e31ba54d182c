using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Coffer.Storage.Memory;

/// <summary>A store that lives and dies with its process: for development and tests.</summary>
/// <remarks>
/// Readers never wait. What is committed is one immutable state, swapped by one write, so a scan sees whole commits; point reads go to a
/// hash table whose cells name the version they belong to, and a cell counts only from the moment the state has that version.
/// </remarks>
public sealed class MemoryStore : IStore
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, Cell> _cells = new(StringComparer.Ordinal);
    private volatile State _state = new(0, ImmutableSortedSet.Create<Item>(ItemOrder.Instance));
    private volatile bool _closed;

    public ValueTask<StoreEntry?> GetAsync(string key, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        ThrowIfClosed();
        StoreArguments.CheckKey(key);

        return ValueTask.FromResult(Point(key));
    }

    public ValueTask<IReadOnlyList<KeyedEntry>> ScanAsync(string prefix, string? after, int limit, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        ThrowIfClosed();
        StoreArguments.CheckScan(prefix, after, limit);
        var items = _state.Items;
        var found = new List<KeyedEntry>();
        for (var i = FirstIndex(items, prefix, after); i < items.Count && found.Count < limit; i++)
        {
            var item = items[i];
            if (!item.Key.StartsWith(prefix, StringComparison.Ordinal))
            {
                break;
            }

            found.Add(new(item.Key, item.Entry.Version, item.Entry.Value));
        }

        return ValueTask.FromResult<IReadOnlyList<KeyedEntry>>(found);
    }

    public ValueTask<bool> CommitAsync(StoreBatch batch)
    {
        ThrowIfClosed();
        StoreArguments.CheckBatch(batch);
        if (batch.Writes.Count == 0)
        {
            return ValueTask.FromResult(Holds(batch.Preconditions));
        }

        lock (_gate)
        {
            ThrowIfClosed();
            if (!Holds(_state.Items, batch.Preconditions))
            {
                return ValueTask.FromResult(false);
            }

            Apply(batch.Writes);
            return ValueTask.FromResult(true);
        }
    }

    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _closed = true;
            _cells.Clear();
            _state = new(_state.Version, _state.Items.Clear());
        }

        return ValueTask.CompletedTask;
    }

    private void Apply(IReadOnlyList<StoreWrite> writes)
    {
        var version = _state.Version + 1;
        var items = _state.Items.ToBuilder();
        foreach (var (key, value) in writes)
        {
            StoreEntry? entry = value is { } bytes ? new StoreEntry(version, bytes.ToArray()) : null;
            items.Remove(Item.Probe(key));
            if (entry is { } present)
            {
                items.Add(new(key, present));
            }

            _cells[key] = new(version, entry, _cells.GetValueOrDefault(key));
        }

        _state = new(version, items.ToImmutable());

        // Cut the way back, or every value ever written would stay in memory.
        foreach (var (key, value) in writes)
        {
            if (value is null)
            {
                _cells.TryRemove(key, out _);
            }
            else
            {
                _cells[key] = new(version, _cells[key].Entry, null);
            }
        }
    }

    private StoreEntry? Point(string key)
    {
        // The cell first: it leads back to the cell before it, but not forward.
        return _cells.TryGetValue(key, out var cell) ? cell.Version <= _state.Version ? cell.Entry : cell.Previous?.Entry : null;
    }

    private bool Holds(IReadOnlyList<StorePrecondition> preconditions)
    {
        var before = _state;
        var holds = true;
        for (var i = 0; i < preconditions.Count && holds; i++)
        {
            holds = (Point(preconditions[i].Key)?.Version ?? 0) == preconditions[i].Version;
        }

        // Point reads are quicker than a search in the ordered set, and tell of one state as long as it has stayed.
        return _state == before ? holds : Holds(_state.Items, preconditions);
    }

    private static bool Holds(ImmutableSortedSet<Item> items, IReadOnlyList<StorePrecondition> preconditions)
    {
        foreach (var (key, version) in preconditions)
        {
            var index = items.IndexOf(Item.Probe(key));
            if ((index < 0 ? 0 : items[index].Entry.Version) != version)
            {
                return false;
            }
        }

        return true;
    }

    private static int FirstIndex(ImmutableSortedSet<Item> items, string prefix, string? after)
    {
        var continues = after is not null && KeyOrder.Instance.Compare(after, prefix) >= 0;
        var index = items.IndexOf(Item.Probe(continues ? after! : prefix)); // Not null: it continues.
        return index < 0 ? ~index : continues ? index + 1 : index;
    }

    private void ThrowIfClosed()
    {
        if (_closed)
        {
            throw new StoreUnavailableException("The store is closed.");
        }
    }

    /// <summary>What is committed, as of one version.</summary>
    private sealed record State(long Version, ImmutableSortedSet<Item> Items);

    /// <summary>What a key holds from a version on, and what it held before for as long as that version is being committed.</summary>
    private sealed record Cell(long Version, StoreEntry? Entry, Cell? Previous);

    private sealed record Item(string Key, StoreEntry Entry)
    {
        public static Item Probe(string key) => new(key, default);
    }

    private sealed class ItemOrder : IComparer<Item>
    {
        public static readonly ItemOrder Instance = new();

        public int Compare(Item? x, Item? y) => KeyOrder.Instance.Compare(x?.Key, y?.Key);
    }
}
