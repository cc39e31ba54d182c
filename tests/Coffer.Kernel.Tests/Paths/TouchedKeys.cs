using System.Collections.Concurrent;
using Coffer.Storage;

namespace Coffer.Kernel.Tests.Paths;

/// <summary>A store that notes which keys it is asked for. Keys are not encrypted.</summary>
/// <param name="inner">Does the work; disposed with this store.</param>
internal sealed class TouchedKeys(IStore inner) : IStore
{
    private ConcurrentDictionary<string, bool> _keys = new(StringComparer.Ordinal);

    /// <summary>What was asked for since the last call.</summary>
    public HashSet<string> Take()
    {
        var taken = Interlocked.Exchange(ref _keys, new(StringComparer.Ordinal));
        return [.. taken.Keys];
    }

    public ValueTask<StoreEntry?> GetAsync(string key, int bytesMax, CancellationToken cancellation)
    {
        _keys[key] = true;
        return inner.GetAsync(key, bytesMax, cancellation);
    }

    public ValueTask<IReadOnlyList<KeyVersion>> ScanAsync(string prefix, string? after, int limit, CancellationToken cancellation)
    {
        _keys[prefix + "*"] = true;
        return inner.ScanAsync(prefix, after, limit, cancellation);
    }

    public ValueTask<bool> CommitAsync(StoreBatch batch)
    {
        foreach (var write in batch.Writes)
        {
            _keys[write.Key] = true;
        }

        return inner.CommitAsync(batch);
    }

    public void ForgetDecoded() => inner.ForgetDecoded();

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
