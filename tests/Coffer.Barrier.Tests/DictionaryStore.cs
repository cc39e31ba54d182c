using Coffer.Storage;

namespace Coffer.Barrier.Tests;

/// <summary>A store that is a dictionary, with a hook that runs before each commit so that a test can come in between.</summary>
internal sealed class DictionaryStore : IStore
{
    private readonly Lock _lock = new();
    private long _version;

    public SortedDictionary<string, StoreEntry> Entries { get; } = new(KeyOrder.Instance);

    public Func<ValueTask>? BeforeCommit { get; set; }

    public int Commits { get; private set; }

    public ValueTask<StoreEntry?> GetAsync(string key, int bytesMax, CancellationToken cancellation)
    {
        lock (_lock)
        {
            return new(Entries.TryGetValue(key, out var entry) ? entry.UpTo(bytesMax) : null);
        }
    }

    public ValueTask<IReadOnlyList<KeyVersion>> ScanAsync(string prefix, string? after, int limit, CancellationToken cancellation)
    {
        lock (_lock)
        {
            return new([.. Entries
                .Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal))
                .Where(entry => after is null || KeyOrder.Instance.Compare(entry.Key, after) > 0)
                .Take(limit)
                .Select(entry => new KeyVersion(entry.Key, entry.Value.Version))]);
        }
    }

    public async ValueTask<bool> CommitAsync(StoreBatch batch)
    {
        if (BeforeCommit is { } hook)
        {
            BeforeCommit = null;
            await hook();
        }

        lock (_lock)
        {
            if (batch.Preconditions.Any(wanted => (Entries.TryGetValue(wanted.Key, out var entry) ? entry.Version : 0) != wanted.Version))
            {
                return false;
            }

            Commits++;
            _version++;
            foreach (var write in batch.Writes)
            {
                if (write.Value is { } value)
                {
                    Entries[write.Key] = new StoreEntry(_version, value.ToArray());
                }
                else
                {
                    Entries.Remove(write.Key);
                }
            }

            return true;
        }
    }

    public void ForgetDecoded()
    {
        // Nothing is kept beside the entries.
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
