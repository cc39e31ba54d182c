using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Coffer.Barrier;
using Coffer.Kernel.Background;
using Coffer.Kernel.Bounds;
using Coffer.Sdk.Storage;
using Coffer.Storage;

namespace Coffer.Kernel.Transactions;

/// <summary>
/// One request's view of the store: reads remember their versions, writes wait, and one commit does it all on condition that nothing that was read
/// has changed.
/// </summary>
/// <remarks>Used by one request at a time. Entries are sealed and opened by the barrier here and nowhere else.</remarks>
/// <param name="tasks">Called when a run of a task becomes due.</param>
/// <param name="turn">The turn at an entry that an earlier try met a change of. It ends with the commit.</param>
/// <param name="large">Bounds the memory for large values; null for the server's own work, which does one thing at a time.</param>
public sealed class UnitOfWork(IStore store, EntryCipher cipher, EntryQueues queues, DueSignal tasks, EntryTurn? turn = null, LargeValues? large = null) : IDisposable
{
    /// <summary>Sorts after every key a folder can hold: code points end here.</summary>
    private const string LastOfFolder = "\U0010FFFF\U0010FFFF";

    /// <summary>Most requests write no more entries than this.</summary>
    private const int UsualWrites = 7;

    private readonly ReadSet _reads = new();
    private Dictionary<string, Write>? _writes;
    private Dictionary<string, Write>? _marked;
    private int _readsAtMark;
    private string? _changed;
    private DateTimeOffset? _taskDue;
    private LargeShare? _large;

    /// <summary>It ends or removes something, so its commit may use what is kept free of a full disk.</summary>
    public bool Frees { get; set; }

    /// <summary>The turn at an entry that this was begun with.</summary>
    public EntryTurn? Turn => turn;

    /// <summary>True when a commit would write something.</summary>
    public bool HasWrites => _writes is { Count: > 0 };

    /// <summary>The plain bytes of an entry, or null.</summary>
    public async ValueTask<ReadOnlyMemory<byte>?> GetAsync(string key, CancellationToken cancellation)
    {
        if (_writes is not null && _writes.TryGetValue(key, out var written))
        {
            return written.Plain;
        }

        var entry = await ReadAsync(key, cancellation);
        Remember(key, entry?.Version ?? 0);
        if (entry is not { } found)
        {
            // Not as a conditional expression: a null byte[] would convert to memory that is empty, and present.
            return null;
        }

        return cipher.Open(key, found.Value.Span);
    }

    /// <summary>Whether there is an entry, be it one that cannot be opened.</summary>
    public async ValueTask<bool> ExistsAsync(string key, CancellationToken cancellation)
    {
        if (_writes is not null && _writes.TryGetValue(key, out var written))
        {
            return written.Plain is not null;
        }

        var entry = await store.GetAsync(key, Limits.UncountedValueBytes, cancellation);
        Remember(key, entry?.Version ?? 0);
        return entry is not null;
    }

    /// <summary>The decoded entry, or null. Decoded once per version; the instance is shared, so it must be immutable.</summary>
    public ValueTask<T?> GetAsync<T>(string key, JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class
    {
        if (_writes is not null && _writes.TryGetValue(key, out var written))
        {
            return ValueTask.FromResult(written.Plain is { } plain ? JsonSerializer.Deserialize(plain.Span, type) : null);
        }

        // Several entries are read for every request, nearly all of them from memory: those need no state machine.
        var reading = ReadAsync(key, cancellation);
        return reading.IsCompletedSuccessfully ? ValueTask.FromResult(Decode(key, reading.Result, type)) : WaitAsync(reading, key, type);
    }

    public void Put(string key, ReadOnlyMemory<byte> value) => Set(key, new Write(value));

    public void Put<T>(string key, T value, JsonTypeInfo<T> type) =>
        Set(key, new Write(JsonSerializer.SerializeToUtf8Bytes(value, type)) { Decoded = value is IStoredWhole { IsStoredWhole: true } ? value : null });

    public void Delete(string key) => Set(key, new Write(null));

    /// <summary>Once this is committed, a run of a task is due at that time.</summary>
    public void NoteTaskDue(DateTimeOffset due) => _taskDue = _taskDue < due ? _taskDue : due;

    /// <summary>How many keys there are below a prefix. Reads all of them, a page at a time.</summary>
    public async ValueTask<long> CountAsync(string prefix, CancellationToken cancellation)
    {
        var count = 0L;
        string? after = null;
        while (true)
        {
            var page = await ScanAsync(prefix, after, StoreLimits.ScanMax, cancellation);
            count += page.Count;
            if (page.Count < StoreLimits.ScanMax)
            {
                return count;
            }

            after = page[^1];
        }
    }

    /// <summary>
    /// Full keys that begin with <paramref name="prefix"/> and sort after <paramref name="after"/>, own writes included, in order, at most
    /// <paramref name="limit"/> of them. Fewer than that means that there are no more.
    /// </summary>
    public async ValueTask<IReadOnlyList<string>> ScanAsync(string prefix, string? after, int limit, CancellationToken cancellation)
    {
        var stored = await store.ScanAsync(prefix, after, limit, cancellation);
        if (_writes is null || !_writes.Keys.Any(key => key.StartsWith(prefix, StringComparison.Ordinal)))
        {
            return [.. stored.Select(entry => entry.Key)];
        }

        var keys = new List<string>();
        while (true)
        {
            // A full page ends somewhere: own writes beyond its end belong to the next page.
            var end = stored.Count == limit ? stored[^1].Key : null;
            keys.AddRange(Merged(stored, prefix, after, end));
            if (keys.Count >= limit || end is null)
            {
                return keys.Count <= limit ? keys : keys.GetRange(0, limit);
            }

            // Own deletes took some of a full page, so what is behind it belongs to the answer.
            after = end;
            stored = await store.ScanAsync(prefix, after, limit, cancellation);
        }
    }

    /// <summary>What is directly below a prefix, as Vault lists it: folders once, with a slash at the end.</summary>
    public async ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellation)
    {
        var names = new List<string>();
        string? after = null;
        while (true)
        {
            var keys = await ScanAsync(prefix, after, StoreLimits.ScanMax, cancellation);
            foreach (var key in keys)
            {
                var slash = key.IndexOf('/', prefix.Length);
                var name = slash < 0 ? key[prefix.Length..] : key[prefix.Length..(slash + 1)];
                if (names.Count == 0 || names[^1] != name)
                {
                    names.Add(name);
                }
            }

            if (keys.Count < StoreLimits.ScanMax)
            {
                return names;
            }

            // A folder is passed over whole, however much it holds.
            after = names[^1].EndsWith('/') ? prefix + names[^1] + LastOfFolder : keys[^1];
        }
    }

    /// <summary>Takes over what another unit of work has read: this one commits only while that is unchanged as well.</summary>
    /// <exception cref="ConflictException">Both have read the same entry in two states.</exception>
    public void Assume(UnitOfWork other)
    {
        ArgumentNullException.ThrowIfNull(other);
        foreach (var (key, version) in other._reads.All)
        {
            Remember(key, version);
        }
    }

    /// <summary>From here on, <see cref="ForgetSinceMark"/> can undo. What came before stays: a token's spent use is spent whatever follows.</summary>
    public void Mark()
    {
        _marked = _writes is null ? null : new Dictionary<string, Write>(_writes, StringComparer.Ordinal);
        _readsAtMark = _reads.Count;
    }

    /// <summary>Drops the writes made since the mark.</summary>
    public void ForgetSinceMark() => _writes = _marked;

    /// <summary>Does all or nothing.</summary>
    /// <returns>False when something read has changed since: the work must be done again on what is there now.</returns>
    /// <remarks>A request that wrote nothing is checked as well, if it read several entries: two halves of two states are no answer.</remarks>
    public ValueTask<bool> CommitAsync()
    {
        if (!HasWrites && _reads.Count - _readsAtMark < 2)
        {
            turn?.Dispose();
            return ValueTask.FromResult(true);
        }

        if (turn is null && HasWrites && queues.HasAny && _writes!.Keys.FirstOrDefault(queues.IsContended) is { } contended)
        {
            // Others wait for this entry in order; a request that has just come waits behind them.
            _changed = contended;
            return ValueTask.FromResult(false);
        }

        var committing = store.CommitAsync(new StoreBatch(HasWrites ? Sealed(_writes!) : [], _reads.All) { Frees = Frees });
        return turn is null && _taskDue is null ? committing : EndAsync(committing);
    }

    /// <summary>The key of an entry that keeps this from being committed as it is: one that was read and has changed since, or one that others wait for. Null: none is left.</summary>
    public async ValueTask<string?> FindChangedAsync(CancellationToken cancellation)
    {
        if (_changed is not null)
        {
            return _changed;
        }

        foreach (var (key, version) in _reads.All)
        {
            var entry = await store.GetAsync(key, Limits.UncountedValueBytes, cancellation);
            if ((entry?.Version ?? 0) != version)
            {
                return key;
            }
        }

        return null;
    }

    /// <summary>Nothing that was read is worked with any more.</summary>
    public void Dispose() => HandOver()?.Dispose();

    /// <summary>The share of memory for large values that this has taken, for the answer that was made of them; null for none.</summary>
    public IDisposable? HandOver()
    {
        var share = _large;
        _large = null;
        return share;
    }

    private ValueTask<StoreEntry?> ReadAsync(string key, CancellationToken cancellation)
    {
        // What the kernel itself reads for every request, such as a long table of mounts, is in the store's cache and waits for nobody.
        if (large is null || !key.StartsWith(EngineKeys.All, StringComparison.Ordinal))
        {
            return store.GetAsync(key, cancellation);
        }

        var reading = store.GetAsync(key, Limits.UncountedValueBytes, cancellation);
        if (!reading.IsCompletedSuccessfully)
        {
            return WaitAsync(reading, key, large, cancellation);
        }

        var entry = reading.Result;
        return entry is { WithheldBytes: > 0 } ? ReadLargeAsync(entry, key, large, cancellation) : ValueTask.FromResult(entry);
    }

    private async ValueTask<StoreEntry?> WaitAsync(ValueTask<StoreEntry?> reading, string key, LargeValues large, CancellationToken cancellation) =>
        await ReadLargeAsync(await reading, key, large, cancellation);

    private async ValueTask<StoreEntry?> ReadLargeAsync(StoreEntry? entry, string key, LargeValues large, CancellationToken cancellation)
    {
        while (entry is { WithheldBytes: > 0 and var bytes })
        {
            _large = await large.TakeAsync(bytes, _large, cancellation);

            // Read again, because it was not kept while this waited. It may have grown since.
            entry = await store.GetAsync(key, bytes, cancellation);
        }

        return entry;
    }

    private async ValueTask<bool> EndAsync(ValueTask<bool> committing)
    {
        var committed = await committing;
        if (committed)
        {
            turn?.Dispose();
            tasks.Add(_taskDue ?? DateTimeOffset.MaxValue);
        }

        return committed;
    }

    private StoreWrite[] Sealed(Dictionary<string, Write> writes)
    {
        var batch = new StoreWrite[writes.Count];
        var next = 0;
        foreach (var write in writes)
        {
            batch[next++] = Sealed(write);
        }

        return batch;
    }

    private StoreWrite Sealed(KeyValuePair<string, Write> write)
    {
        ReadOnlyMemory<byte>? value = null;
        if (write.Value.Plain is { } plain)
        {
            // Not as a conditional expression: a null byte[] would convert to memory that is empty, and present.
            value = cipher.Seal(write.Key, plain.Span);
        }

        return new StoreWrite(write.Key, value) { Decoded = write.Value.Decoded };
    }

    /// <summary>The keys of one page, with own puts after <paramref name="after"/> and up to <paramref name="end"/>, without own deletes.</summary>
    private SortedSet<string> Merged(IReadOnlyList<KeyVersion> stored, string prefix, string? after, string? end)
    {
        var keys = new SortedSet<string>(stored.Select(entry => entry.Key), KeyOrder.Instance);
        foreach (var (key, write) in _writes!) // Not null: the caller has looked.
        {
            if (!key.StartsWith(prefix, StringComparison.Ordinal)
                || (after is not null && KeyOrder.Instance.Compare(key, after) <= 0)
                || (end is not null && KeyOrder.Instance.Compare(key, end) > 0))
            {
                continue;
            }

            if (write.Plain is null)
            {
                keys.Remove(key);
            }
            else
            {
                keys.Add(key);
            }
        }

        return keys;
    }

    private async ValueTask<T?> WaitAsync<T>(ValueTask<StoreEntry?> reading, string key, JsonTypeInfo<T> type)
        where T : class => Decode(key, await reading, type);

    private T? Decode<T>(string key, StoreEntry? entry, JsonTypeInfo<T> type)
        where T : class
    {
        Remember(key, entry?.Version ?? 0);
        if (entry is not { } found)
        {
            return null;
        }

        if (found.Slot?.Decoded is T known)
        {
            return known;
        }

        var value = JsonSerializer.Deserialize(cipher.Open(key, found.Value.Span), type)
            ?? throw new InvalidDataException("a stored entry holds null where a value must be");
        found.Slot?.Keep(value);
        return value;
    }

    private void Remember(string key, long version)
    {
        if (!_reads.TryAdd(key, version))
        {
            // Two reads of one key saw two states: whatever was decided between them must be decided again.
            _changed = key;
            throw new ConflictException();
        }
    }

    private void Set(string key, Write write) => (_writes ??= new Dictionary<string, Write>(UsualWrites, StringComparer.Ordinal))[key] = write;

    private readonly record struct Write(ReadOnlyMemory<byte>? Plain)
    {
        /// <summary>What a reader would make of it; null: it makes that itself.</summary>
        public object? Decoded { get; init; }
    }
}

/// <summary>What was read has changed while the request ran: it runs again.</summary>
public sealed class ConflictException : Exception
{
    public ConflictException()
        : base("the store changed while the request ran")
    {
    }

    public ConflictException(string message)
        : base(message)
    {
    }

    public ConflictException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
