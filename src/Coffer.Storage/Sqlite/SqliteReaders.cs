using System.Text;

namespace Coffer.Storage.Sqlite;

/// <summary>The connections that read. Each read has one to itself and sees one committed state; a writer does not make it wait,
/// but for the moment in which an overlong log is made to start again.</summary>
internal sealed class SqliteReaders : IAsyncDisposable
{
    /// <summary>How long one read is waited for when reads are to pause.</summary>
    private const int PauseMilliseconds = 50;

    private readonly Stack<SqliteReader> _idle;
    private readonly SemaphoreSlim _free;
    private readonly int _count;

    public SqliteReaders(string path, int count)
    {
        _count = count;
        _idle = new(count);
        _free = new(count, count);
        try
        {
            for (var i = 0; i < count; i++)
            {
                _idle.Push(new(path));
            }
        }
        catch
        {
            CloseIdle();
            throw;
        }
    }

    public ValueTask<SqliteReader> RentAsync(CancellationToken cancellation)
    {
        var waiting = _free.WaitAsync(cancellation);
        return waiting.IsCompletedSuccessfully ? new(Pop()) : WaitAsync(waiting);
    }

    public void Return(SqliteReader reader)
    {
        lock (_idle)
        {
            _idle.Push(reader);
        }

        _free.Release();
    }

    /// <summary>Waits for the reads under way, and holds later ones back until <see cref="Resume"/>. For the writer's thread.</summary>
    /// <returns>False when a read takes long; then nothing is held back.</returns>
    public bool TryPause()
    {
        for (var held = 0; held < _count; held++)
        {
            if (!_free.Wait(PauseMilliseconds))
            {
                if (held > 0)
                {
                    _free.Release(held);
                }

                return false;
            }
        }

        return true;
    }

    public void Resume() => _free.Release(_count);

    /// <summary>Waits for the reads under way, and turns later ones away.</summary>
    public async ValueTask DisposeAsync()
    {
        for (var i = 0; i < _count; i++)
        {
            await _free.WaitAsync();
        }

        CloseIdle();
        _free.Release(_count);
    }

    private async ValueTask<SqliteReader> WaitAsync(Task waiting)
    {
        await waiting;
        return Pop();
    }

    private SqliteReader Pop()
    {
        lock (_idle)
        {
            if (_idle.TryPop(out var reader))
            {
                return reader;
            }
        }

        // Only a closed pool has a free place and no reader; the next who waits must hear of it too.
        _free.Release();
        throw new StoreUnavailableException("The store is closed.");
    }

    private void CloseIdle()
    {
        lock (_idle)
        {
            while (_idle.TryPop(out var reader))
            {
                reader.Dispose();
            }
        }
    }
}

/// <summary>One connection with the statements of reading.</summary>
internal sealed class SqliteReader : IDisposable
{
    private readonly SqliteDatabase _database;
    private readonly SqliteStatement _get;
    private readonly SqliteStatement _version;
    private readonly SqliteStatement _scan;
    private readonly SqliteStatement _scanWhole;
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _end;
    private readonly byte[] _key = new byte[StoreLimits.KeyBytesMax + 1];

    public SqliteReader(string path)
    {
        _database = SqliteDatabase.Open(path);
        try
        {
            SqliteSchema.Configure(_database);
            _database.Execute("PRAGMA query_only = ON");

            // SQLite knows the length of a long value without reading its pages, which it reads only where the value is asked for.
            _get = _database.Prepare("SELECT version, length(value), CASE WHEN length(value) <= ?2 THEN value END FROM entry WHERE key = ?1");
            _version = _database.Prepare("SELECT version FROM entry WHERE key = ?1");
            _scan = _database.Prepare("SELECT key, version FROM entry WHERE key >= ?1 AND key < ?2 ORDER BY key LIMIT ?3");
            _scanWhole = _database.Prepare("SELECT key, version, value FROM entry WHERE key >= ?1 AND key < ?2 ORDER BY key LIMIT ?3");
            _begin = _database.Prepare("BEGIN");
            _end = _database.Prepare("ROLLBACK");
        }
        catch
        {
            _database.Dispose();
            throw;
        }
    }

    /// <param name="key">The whole key.</param>
    /// <param name="bytesMax">A larger value is withheld.</param>
    public StoreEntry? Get(string key, int bytesMax)
    {
        try
        {
            _get.Bind(1, Encode(key));
            _get.Bind(2, bytesMax);
            if (!_get.Step())
            {
                return null;
            }

            var length = (int)_get.Number(1);
            return length <= bytesMax ? new StoreEntry(_get.Number(0), _get.Blob(2).ToArray()) : new StoreEntry(_get.Number(0), default) { WithheldBytes = length };
        }
        finally
        {
            _get.Reset();
        }
    }

    /// <summary>As <see cref="IStore.ScanAsync"/>.</summary>
    /// <param name="prefix">What the keys begin with.</param>
    /// <param name="after">What they sort after; null: from the start.</param>
    /// <param name="limit">Most keys.</param>
    /// <param name="sight">Is shown each entry with its value, one at a time; null: no value is read.</param>
    /// <param name="cancellation">Ends the scan.</param>
    public IReadOnlyList<KeyVersion> Scan(string prefix, string? after, int limit, EntrySight? sight, CancellationToken cancellation)
    {
        var statement = sight is null ? _scan : _scanWhole;
        var found = new List<KeyVersion>();
        try
        {
            statement.Bind(1, LowerBound(prefix, after));
            statement.Bind(2, UpperBound(prefix));
            statement.Bind(3, limit);
            while (statement.Step())
            {
                cancellation.ThrowIfCancellationRequested();
                var entry = new KeyVersion(Encoding.UTF8.GetString(statement.Blob(0)), statement.Number(1));
                found.Add(entry);
                sight?.Invoke(entry.Key, entry.Version, statement.Blob(2));
            }
        }
        finally
        {
            statement.Reset();
        }

        return found;
    }

    /// <summary>Whether all of them hold in one committed state.</summary>
    public bool Holds(IReadOnlyList<StorePrecondition> preconditions)
    {
        _begin.Run();
        try
        {
            foreach (var (key, version) in preconditions)
            {
                if (Version(key) != version)
                {
                    return false;
                }
            }

            return true;
        }
        finally
        {
            if (_database.InTransaction)
            {
                _end.Run();
            }
        }
    }

    public void Dispose() => _database.Dispose();

    private long Version(string key)
    {
        try
        {
            _version.Bind(1, Encode(key));
            return _version.Step() ? _version.Number(0) : 0;
        }
        finally
        {
            _version.Reset();
        }
    }

    private ReadOnlySpan<byte> Encode(string key) => _key.AsSpan(0, Encoding.UTF8.GetBytes(key, _key));

    /// <summary>The first key that may be in the answer. Right after a key comes the same key and a zero byte.</summary>
    private ReadOnlySpan<byte> LowerBound(string prefix, string? after)
    {
        if (prefix.Length == 0 && string.IsNullOrEmpty(after))
        {
            // The register's row is in front of all keys, and is none of them.
            return [1];
        }

        if (after is null || KeyOrder.Instance.Compare(after, prefix) < 0)
        {
            return Encode(prefix);
        }

        var length = Encoding.UTF8.GetBytes(after, _key);
        _key[length] = 0;
        return _key.AsSpan(0, length + 1);
    }

    /// <summary>What sorts after every key with the prefix. UTF-8 has no byte 0xFF, so the last byte can always grow.</summary>
    private ReadOnlySpan<byte> UpperBound(string prefix)
    {
        if (prefix.Length == 0)
        {
            return [0xFF];
        }

        var length = Encoding.UTF8.GetBytes(prefix, _key);
        _key[length - 1]++;
        return _key.AsSpan(0, length);
    }
}
