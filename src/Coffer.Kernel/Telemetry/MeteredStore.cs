using Coffer.Storage;

namespace Coffer.Kernel.Telemetry;

/// <summary>A store whose calls are counted and timed, those that fail included. Not the owner of what it wraps.</summary>
internal sealed class MeteredStore(IStore inner, StoreMetrics metrics, TimeProvider clock) : IStore
{
    public async ValueTask<StoreEntry?> GetAsync(string key, CancellationToken cancellation)
    {
        var begin = clock.GetTimestamp();
        try
        {
            return await inner.GetAsync(key, cancellation);
        }
        finally
        {
            metrics.Gets.Add(clock.GetElapsedTime(begin));
        }
    }

    public async ValueTask<IReadOnlyList<KeyedEntry>> ScanAsync(string prefix, string? after, int limit, CancellationToken cancellation)
    {
        var begin = clock.GetTimestamp();
        try
        {
            return await inner.ScanAsync(prefix, after, limit, cancellation);
        }
        finally
        {
            metrics.Lists.Add(clock.GetElapsedTime(begin));
        }
    }

    public async ValueTask<bool> CommitAsync(StoreBatch batch)
    {
        var begin = clock.GetTimestamp();
        try
        {
            return await inner.CommitAsync(batch);
        }
        finally
        {
            var taken = clock.GetElapsedTime(begin);
            foreach (var write in batch.Writes)
            {
                (write.Value is null ? metrics.Deletes : metrics.Puts).Add(taken);
            }
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
