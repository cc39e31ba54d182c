using Coffer.Storage;

namespace Coffer.Testing;

/// <summary>Counts calls to a store that works on threads of its own as something that runs in the harness's context.</summary>
/// <param name="inner">Not disposed with this store.</param>
public sealed class CountedStore(IStore inner, CountingContext context) : IStore
{
    public ValueTask<StoreEntry?> GetAsync(string key, int bytesMax, CancellationToken cancellation) => CountAsync(inner.GetAsync(key, bytesMax, cancellation));

    public ValueTask<IReadOnlyList<KeyVersion>> ScanAsync(string prefix, string? after, int limit, CancellationToken cancellation) =>
        CountAsync(inner.ScanAsync(prefix, after, limit, cancellation));

    public ValueTask<bool> CommitAsync(StoreBatch batch) => CountAsync(inner.CommitAsync(batch));

    public void ForgetDecoded() => inner.ForgetDecoded();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async ValueTask<T> CountAsync<T>(ValueTask<T> call)
    {
        context.Enter();
        try
        {
            return await call;
        }
        finally
        {
            context.Leave();
        }
    }
}
