using Coffer.Storage;

namespace Coffer.Kernel.Hosting;

/// <summary>
/// The store as one unsealed instance sees it. Once that instance has ended, nothing of it reads or writes any more: what ignored its cancellation fails here,
/// and the next instance is alone. Not the owner of what it wraps.
/// </summary>
internal sealed class InstanceStore(IStore inner) : IStore
{
    private volatile bool _ended;

    /// <summary>Refuses every call from here on. A commit that was handed over before runs to its end.</summary>
    public void End() => _ended = true;

    public ValueTask<StoreEntry?> GetAsync(string key, int bytesMax, CancellationToken cancellation) => Open.GetAsync(key, bytesMax, cancellation);

    public ValueTask<IReadOnlyList<KeyVersion>> ScanAsync(string prefix, string? after, int limit, CancellationToken cancellation) =>
        Open.ScanAsync(prefix, after, limit, cancellation);

    public ValueTask<bool> CommitAsync(StoreBatch batch) => Open.CommitAsync(batch);

    public void ForgetDecoded() => inner.ForgetDecoded();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private IStore Open => _ended ? throw new StoreUnavailableException("the server was sealed while this ran; unseal it and try again") : inner;
}
