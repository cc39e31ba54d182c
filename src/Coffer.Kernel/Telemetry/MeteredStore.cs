using Coffer.Storage;

namespace Coffer.Kernel.Telemetry;

/// <summary>A store whose calls are counted and timed, those that fail included. Not the owner of what it wraps.</summary>
internal sealed class MeteredStore(IStore inner, StoreMetrics metrics, TimeProvider clock) : IStore
{
    public ValueTask<StoreEntry?> GetAsync(string key, int bytesMax, CancellationToken cancellation)
    {
        var begin = clock.GetTimestamp();
        ValueTask<StoreEntry?> got = default;
        try
        {
            got = inner.GetAsync(key, bytesMax, cancellation);
        }
        finally
        {
            // Most entries are in memory: what is there at once, or fails at once, needs no state machine.
            if (got.IsCompleted)
            {
                metrics.Gets.Record(clock.GetElapsedTime(begin).TotalSeconds);
            }
        }

        return got.IsCompleted ? got : WaitAsync(got, begin);
    }

    public async ValueTask<IReadOnlyList<KeyVersion>> ScanAsync(string prefix, string? after, int limit, CancellationToken cancellation)
    {
        var begin = clock.GetTimestamp();
        try
        {
            return await inner.ScanAsync(prefix, after, limit, cancellation);
        }
        finally
        {
            metrics.Lists.Record(clock.GetElapsedTime(begin).TotalSeconds);
        }
    }

    public ValueTask<bool> CommitAsync(StoreBatch batch) => batch.Writes.Count == 0 ? inner.CommitAsync(batch) : WriteAsync(batch);

    private async ValueTask<bool> WriteAsync(StoreBatch batch)
    {
        var begin = clock.GetTimestamp();
        try
        {
            return await inner.CommitAsync(batch);
        }
        finally
        {
            var taken = clock.GetElapsedTime(begin).TotalSeconds;
            foreach (var write in batch.Writes)
            {
                (write.Value is null ? metrics.Deletes : metrics.Puts).Record(taken);
            }
        }
    }

    private async ValueTask<StoreEntry?> WaitAsync(ValueTask<StoreEntry?> got, long begin)
    {
        try
        {
            return await got;
        }
        finally
        {
            metrics.Gets.Record(clock.GetElapsedTime(begin).TotalSeconds);
        }
    }

    public void ForgetDecoded() => inner.ForgetDecoded();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
