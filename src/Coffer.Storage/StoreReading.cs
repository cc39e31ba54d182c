namespace Coffer.Storage;

/// <summary>Reading from any store.</summary>
public static class StoreReading
{
    /// <summary>The newest committed entry of a key with its value, however large, or null when there is none.</summary>
    public static ValueTask<StoreEntry?> GetAsync(this IStore store, string key, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.GetAsync(key, int.MaxValue, cancellation);
    }
}
