using System.Collections.Concurrent;

namespace Coffer.Kernel.Transactions;

/// <summary>
/// What entries were decoded to, by key and version: a token or a policy is decrypted and parsed once, not once a request. Never trusted about
/// what is current: the store's version decides that at every use.
/// </summary>
public sealed class DecodedCache(long bytesMax)
{
    private readonly ConcurrentDictionary<string, Slot> _slots = new(StringComparer.Ordinal);
    private long _bytes;

    /// <summary>The decoded value of exactly this version, or null.</summary>
    public T? Find<T>(string key, long version)
        where T : class =>
        _slots.TryGetValue(key, out var slot) && slot.Version == version ? slot.Value as T : null;

    /// <param name="size">Bytes of the encoded entry: an honest measure of what keeping it costs, within a small factor.</param>
    public void Keep(string key, long version, object value, int size)
    {
        var cost = size + key.Length * 2 + 128;
        if (cost > bytesMax)
        {
            return;
        }

        if (Interlocked.Add(ref _bytes, cost) > bytesMax)
        {
            // Clearing is crude and rare: what is hot comes back within a request each.
            Clear();
            Interlocked.Add(ref _bytes, cost);
        }

        if (_slots.TryGetValue(key, out var old))
        {
            Interlocked.Add(ref _bytes, -old.Cost);
        }

        _slots[key] = new Slot(version, value, cost);
    }

    /// <summary>Forgets everything: at seal, nothing decrypted may stay.</summary>
    public void Clear()
    {
        _slots.Clear();
        Interlocked.Exchange(ref _bytes, 0);
    }

    private sealed record Slot(long Version, object Value, int Cost);
}
