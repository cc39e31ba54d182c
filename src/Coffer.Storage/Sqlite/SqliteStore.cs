using Coffer.Storage.Sqlite.Register;

namespace Coffer.Storage.Sqlite;

/// <summary>The default store: one SQLite file, written by one thread, read by many, used by this process alone.</summary>
/// <remarks>
/// A commit is durable (write-ahead log, fsync) when it returns; commits that come at once share an fsync. Entries in use are kept in
/// memory, so most reads and most checks of preconditions do not touch the file. A full or failing disk makes commits throw
/// <see cref="StoreUnavailableException"/> and harms nothing; the store goes on as soon as the disk does.
/// </remarks>
public sealed class SqliteStore : IStore, IStoreCondition
{
    private readonly FileLock _lock;
    private readonly SqliteDatabase _database;
    private readonly SqliteReaders _readers;
    private readonly SqliteWriter _writer;
    private readonly EntryCache _cache;
    private readonly DatabaseFiles _files;
    private readonly SqliteHistory _history;
    private readonly SqliteRegister _register;
    private readonly Lock _closeGate = new();
    private Task? _closed;
    private volatile bool _closing;

    private SqliteStore(FileLock fileLock, DatabaseFiles files, SqliteDatabase database, SqliteHistory history, SpaceReserve reserve, SqliteReaders readers, SqliteStoreOptions options)
    {
        _files = files;
        _history = history;
        _lock = fileLock;
        _database = database;
        _readers = readers;
        _cache = new(options.CacheBytesMax);
        _register = new(database, history);
        _writer = new(database, readers, _cache, history, _register, files, reserve, options.CheckpointPages);
    }

    /// <summary>An estimate of the memory that kept entries use, in bytes.</summary>
    public long CacheBytes => _cache.Bytes;

    public string? Problem => _files.Problem is { } moved ? $"{moved}: nothing is written; stop the server, then put the file back or restore a backup" : _writer.Full ?? _register.Problem;

    public OlderCopy? Older => _history.Older is { } copy ? copy with { Touched = _register.Older?.Touched ?? [] } : _register.Older;

    public long Generation => _history.Newest;

    /// <summary>Called at each step of a commit, by tests.</summary>
    internal Action<CommitStep>? OnStep
    {
        get => _writer.OnStep;
        set => _writer.OnStep = value;
    }

    public ValueTask NoteKnownAsync(StoreMark known) => new(_writer.RunAsync(() => _history.NoteKnown(known)));

    public void AcceptOlder()
    {
        _history.Accept();
        _register.Accept();
    }

    public async ValueTask OpenRegisterAsync(ReadOnlyMemory<byte> key, IReadOnlyList<RegisteredKind> kinds, CancellationToken cancellation)
    {
        var layout = new RegisterLayout(kinds);
        cancellation.ThrowIfCancellationRequested();
        ThrowIfClosed();
        await _writer.RunAsync(() =>
        {
            _register.OpenWith(key.Span, layout);

            // What was read before was not looked at.
            _cache.Clear();
        });
    }

    public async ValueTask CloseRegisterAsync()
    {
        if (!_closing)
        {
            await _writer.RunAsync(_register.Close);
        }
    }

    /// <summary>The writing connection, for tests that make a commit fail.</summary>
    internal SqliteDatabase Database => _database;

    /// <summary>Opens the store, making the file (mode 0600) and its folder (mode 0700) where there are none.</summary>
    /// <param name="path">The file. Beside it stand <c>-wal</c> while it is open, <c>.lock</c>, <c>.generation</c>, and <c>.reserve</c>, which takes 16 MiB.</param>
    /// <param name="options">Memory and disk to use.</param>
    /// <param name="cancellation">Checked before anything is done; opening itself is short.</param>
    /// <exception cref="StoreUnavailableException">
    /// The file is in use, damaged, cut short, another program's or another version's, or the disk refuses. The message says which.
    /// </exception>
    public static ValueTask<SqliteStore> OpenAsync(string path, SqliteStoreOptions options, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Problems().ToList() is { Count: > 0 } problems)
        {
            throw new ArgumentException(string.Join("; ", problems), nameof(options));
        }

        cancellation.ThrowIfCancellationRequested();
        try
        {
            return ValueTask.FromResult(Open(SqliteFile.Prepare(path), options));
        }
        catch (SqliteFailureException failure)
        {
            throw failure.ToUnavailable($"The store '{path}' could not be opened");
        }
        catch (Exception failure) when (failure is UnauthorizedAccessException or (IOException and not StoreUnavailableException))
        {
            throw new StoreUnavailableException($"The store '{path}' could not be opened: {failure.Message}", failure);
        }
    }

    public ValueTask<StoreEntry?> GetAsync(string key, int bytesMax, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(key);
        cancellation.ThrowIfCancellationRequested();
        ThrowIfClosed();
        if (_cache.TryGet(key, out var entry))
        {
            return new(entry?.UpTo(bytesMax));
        }

        StoreArguments.CheckKey(key);
        return LoadAsync(key, bytesMax, cancellation);
    }

    public async ValueTask<IReadOnlyList<KeyVersion>> ScanAsync(string prefix, string? after, int limit, CancellationToken cancellation)
    {
        StoreArguments.CheckScan(prefix, after, limit);
        cancellation.ThrowIfCancellationRequested();
        return await ReadAsync(reader => Scan(reader, prefix, after, limit, cancellation), cancellation);
    }

    public void ForgetDecoded() => _cache.ForgetDecoded();

    public ValueTask<bool> CommitAsync(StoreBatch batch)
    {
        var bytes = StoreArguments.CheckBatch(batch);
        ThrowIfClosed();
        return batch.Writes.Count == 0 ? CheckAsync(batch.Preconditions) : _writer.CommitAsync(batch, bytes);
    }

    /// <summary>Commits what was handed over, waits for reads under way, moves the log into the file and lets the file go.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_closeGate)
        {
            _closing = true;
            return new(_closed ??= CloseAsync());
        }
    }

    private static SqliteStore Open(string path, SqliteStoreOptions options)
    {
        var fileLock = FileLock.Take(path);
        SqliteDatabase? database = null;
        DatabaseFiles? files = null;
        SqliteHistory? history = null;
        try
        {
            files = new DatabaseFiles(SqliteFile.Check(path), path);
            database = SqliteDatabase.Open(path);
            SqliteSchema.Prepare(database, path);
            history = new SqliteHistory(database, path, options.Clock);
            var reserve = new SpaceReserve(database, path, options.FileBytesMax);
            return new(fileLock, files, database, history, reserve, new SqliteReaders(path, options.Readers), options);
        }
        catch
        {
            history?.Dispose();
            database?.Dispose();
            files?.Dispose();
            fileLock.Dispose();
            throw;
        }
    }

    private async ValueTask<StoreEntry?> LoadAsync(string key, int bytesMax, CancellationToken cancellation)
    {
        var load = _cache.BeginLoad(key);
        try
        {
            var entry = await ReadAsync(reader => Get(reader, key, bytesMax), cancellation);
            if (entry is { WithheldBytes: > 0 })
            {
                _cache.AbandonLoad(load);
            }
            else
            {
                _cache.EndLoad(load, entry);
            }

            return entry;
        }
        catch
        {
            _cache.AbandonLoad(load);
            throw;
        }
    }

    private StoreEntry? Get(SqliteReader reader, string key, int bytesMax)
    {
        var entry = reader.Get(key, bytesMax);
        if (Matches(key, entry))
        {
            return entry;
        }

        // A commit may have come between the two looks. While none can, there is nothing between.
        lock (_register.Commits)
        {
            entry = reader.Get(key, bytesMax);
            return Matches(key, entry) ? entry : throw _register.Refuse(key);
        }
    }

    /// <summary>A value that was withheld is compared when it is read.</summary>
    private bool Matches(string key, StoreEntry? entry) =>
        entry is { WithheldBytes: > 0 } || _register.Matches(key, entry?.Version, entry.GetValueOrDefault().Value.Span);

    private IReadOnlyList<KeyVersion> Scan(SqliteReader reader, string prefix, string? after, int limit, CancellationToken cancellation)
    {
        if (!_register.MayHold(prefix))
        {
            return reader.Scan(prefix, after, limit, sight: null, cancellation);
        }

        string? differs = null;
        var keys = reader.Scan(prefix, after, limit, Compare, cancellation);
        if (differs is null)
        {
            return keys;
        }

        lock (_register.Commits)
        {
            differs = null;
            keys = reader.Scan(prefix, after, limit, Compare, cancellation);
            return differs is null ? keys : throw _register.Refuse(differs);
        }

        void Compare(string key, long version, ReadOnlySpan<byte> value)
        {
            if (!_register.Matches(key, version, value))
            {
                differs ??= key;
            }
        }
    }

    private async ValueTask<bool> CheckAsync(IReadOnlyList<StorePrecondition> preconditions) =>
        HoldsInCache(preconditions) ?? await ReadAsync(reader => reader.Holds(preconditions), CancellationToken.None);

    /// <returns>Null when the cache does not know, or when a commit came between.</returns>
    private bool? HoldsInCache(IReadOnlyList<StorePrecondition> preconditions)
    {
        var epoch = _cache.Epoch;
        var holds = true;
        foreach (var (key, version) in preconditions)
        {
            if (!_cache.TryGet(key, out var entry))
            {
                return null;
            }

            holds &= entry.GetValueOrDefault().Version == version;
        }

        return _cache.Epoch == epoch ? holds : null;
    }

    private async ValueTask<T> ReadAsync<T>(Func<SqliteReader, T> read, CancellationToken cancellation)
    {
        ThrowIfClosed();
        var reader = await _readers.RentAsync(cancellation);
        try
        {
            // Who has waited here may have waited for the closing.
            ThrowIfClosed();
            return read(reader);
        }
        catch (SqliteFailureException failure)
        {
            throw failure.ToUnavailable("The store could not be read");
        }
        finally
        {
            _readers.Return(reader);
        }
    }

    private async Task CloseAsync()
    {
        await _writer.DisposeAsync();
        await _readers.DisposeAsync();

        // The last connection to close moves the log into the main file and removes it; what it cannot move, the next start finds there.
        _database.Dispose();
        _cache.Clear();
        _register.Dispose();
        _history.Dispose();
        _files.Dispose();
        _lock.Dispose();
    }

    private void ThrowIfClosed()
    {
        if (_closing)
        {
            throw new StoreUnavailableException("The store is closed.");
        }
    }
}
