namespace Coffer.Storage;

/// <summary>An ordered, versioned key-value store: the only thing that Coffer asks of a disk or a database.</summary>
/// <remarks>
/// Keys are non-empty text without U+0000, at most <see cref="StoreLimits.KeyBytesMax"/> bytes in UTF-8, ordered by those bytes
/// (see <see cref="KeyOrder"/>). Values are opaque, at most <see cref="StoreLimits.ValueBytesMax"/> bytes.
/// Every implementation passes one shared contract suite. All members may be called from many threads at once.
/// A store that cannot be reached or written throws <see cref="StoreUnavailableException"/>; the outcome of a commit that threw is unknown.
/// A store gives back what was committed, and is not asked to prove it; one that can be changed behind its back has a register (<see cref="IStoreRegister"/>).
/// </remarks>
public interface IStore : IAsyncDisposable
{
    /// <summary>The newest committed entry of a key, or null when there is none; never older than what a call that has returned saw or did.</summary>
    /// <param name="key">The whole key.</param>
    /// <param name="bytesMax">A larger value, in bytes, is not read: the entry comes without it, and with its <see cref="StoreEntry.WithheldBytes"/>.</param>
    /// <param name="cancellation">Ends the reading.</param>
    ValueTask<StoreEntry?> GetAsync(string key, int bytesMax, CancellationToken cancellation);

    /// <summary>
    /// The keys that begin with <paramref name="prefix"/> and sort after <paramref name="after"/> (null: from the start), in order, at most
    /// <paramref name="limit"/> of them (1 to <see cref="StoreLimits.ScanMax"/>), with the versions of their entries. Fewer than that means that there are no more.
    /// One call sees one committed state; two calls may see two, the second never an older one than the first.
    /// </summary>
    ValueTask<IReadOnlyList<KeyVersion>> ScanAsync(string prefix, string? after, int limit, CancellationToken cancellation);

    /// <summary>Does all of the batch or nothing of it, on condition that every precondition holds; durable when it returns <c>true</c>.</summary>
    /// <returns>False when a precondition did not hold; nothing was changed.</returns>
    /// <remarks>
    /// Has no cancellation: once handed over, a commit runs to its end, so that a caller who has gone cannot leave the outcome open.
    /// A batch without writes only checks its preconditions, all against one committed state, and does not wait for writers.
    /// Preconditions speak of the state before the batch, also for keys that it writes. The batch and its values must not change until
    /// the commit has returned; stores copy what they keep.
    /// </remarks>
    /// <exception cref="ArgumentException">A key, a value or a precondition is beyond <see cref="StoreLimits"/>; nothing was done.</exception>
    /// <exception cref="StoreUnavailableException">The outcome is unknown: read before trying again.</exception>
    ValueTask<bool> CommitAsync(StoreBatch batch);

    /// <summary>Empties every <see cref="EntrySlot"/>: at a seal, nothing that was decrypted may stay in memory.</summary>
    void ForgetDecoded();
}

/// <summary>A committed value and its version.</summary>
/// <param name="Version">Grows with every commit that writes the key and is never reused, not even after a delete. Never zero. What one batch writes has one version.</param>
/// <param name="Value">Readers must not change it: stores and caches share it.</param>
public readonly record struct StoreEntry(long Version, ReadOnlyMemory<byte> Value)
{
    /// <summary>Where a reader may keep what it makes of the value; null where the store keeps nothing of this entry.</summary>
    public EntrySlot? Slot { get; init; }

    /// <summary>Length in bytes of a value that was larger than asked for and so is not here; zero: it is.</summary>
    public int WithheldBytes { get; init; }

    /// <summary>The same entry without its value if that is larger than <paramref name="bytesMax"/>.</summary>
    public StoreEntry UpTo(int bytesMax) => Value.Length <= bytesMax ? this : new StoreEntry(Version, default) { WithheldBytes = Value.Length };
}

/// <summary>A key and the version of its entry, as a scan gives them.</summary>
public readonly record struct KeyVersion(string Key, long Version);

/// <summary>What a commit does and on what condition. A key is at most once among the writes.</summary>
/// <param name="Writes">Puts, and deletes where the value is null. Deleting an absent key is fine.</param>
/// <param name="Preconditions">What must still be so.</param>
public sealed record StoreBatch(IReadOnlyList<StoreWrite> Writes, IReadOnlyList<StorePrecondition> Preconditions)
{
    /// <summary>It ends or removes something, and is committed on a full disk as well, as long as a reserve lasts. Batches of deletes alone always are.</summary>
    public bool Frees { get; init; }
}

/// <summary>One write of a batch.</summary>
/// <param name="Value">Null deletes the key.</param>
public readonly record struct StoreWrite(string Key, ReadOnlyMemory<byte>? Value)
{
    /// <summary>What a reader would make of the value, to be kept in the slot of the new entry; null: readers make it.</summary>
    public object? Decoded { get; init; }
}

/// <summary>The key must have exactly this version.</summary>
/// <param name="Version">Zero: the key must be absent.</param>
public readonly record struct StorePrecondition(string Key, long Version);

/// <summary>The store could not be read or written: disk, network or a closed store. The message names no key.</summary>
public class StoreUnavailableException : IOException
{
    public StoreUnavailableException(string message)
        : base(message)
    {
    }

    public StoreUnavailableException(string message, Exception cause)
        : base(message, cause)
    {
    }

    public StoreUnavailableException()
    {
    }
}

/// <summary>Bounds that every store keeps, checked before anything is queued.</summary>
public static class StoreLimits
{
    /// <summary>Longest key, in bytes of UTF-8.</summary>
    public const int KeyBytesMax = 4096;

    /// <summary>Largest value, in bytes: a little more than the largest request body.</summary>
    public const int ValueBytesMax = 36 * 1024 * 1024;

    /// <summary>Most entries that one scan returns.</summary>
    public const int ScanMax = 10_000;
}
