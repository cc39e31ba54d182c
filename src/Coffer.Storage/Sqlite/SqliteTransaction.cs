using System.Text;
using Coffer.Storage.Sqlite.Register;
using SQLitePCL;

namespace Coffer.Storage.Sqlite;

/// <summary>One group of batches as one SQLite transaction. Runs on the writer's thread only.</summary>
internal sealed class SqliteTransaction
{
    /// <summary>Versions reserved at a time. A restart leaves the rest of them unused, which costs nothing in 63 bits.</summary>
    private const long VersionsReserved = 1 << 20;

    private readonly SqliteDatabase _database;
    private readonly EntryCache _cache;
    private readonly SqliteHistory _history;
    private readonly SqliteRegister _register;
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _commit;
    private readonly SqliteStatement _rollback;
    private readonly SqliteStatement _put;
    private readonly SqliteStatement _delete;
    private readonly SqliteStatement _version;
    private readonly SqliteStatement _reserve;
    private readonly byte[] _key = new byte[StoreLimits.KeyBytesMax];

    /// <summary>What the group has written so far; null is a delete.</summary>
    private readonly Dictionary<string, StoreEntry?> _written = new(StringComparer.Ordinal);

    /// <summary>What readers would make of some of it.</summary>
    private readonly Dictionary<string, object> _decoded = new(StringComparer.Ordinal);

    private long _lastVersion;
    private long _reservedVersion;

    public SqliteTransaction(SqliteDatabase database, EntryCache cache, SqliteHistory history, SqliteRegister register)
    {
        _register = register;
        _history = history;
        _database = database;
        _cache = cache;
        _begin = database.Prepare("BEGIN IMMEDIATE");
        _commit = database.Prepare("COMMIT");
        _rollback = database.Prepare("ROLLBACK");
        _put = database.Prepare("REPLACE INTO entry (key, version, value) VALUES (?1, ?2, ?3)");
        _delete = database.Prepare("DELETE FROM entry WHERE key = ?1");
        _version = database.Prepare("SELECT version FROM entry WHERE key = ?1");
        _reserve = database.Prepare(SqliteSchema.WriteCounter);
        _reservedVersion = database.QueryNumber(SqliteSchema.ReadCounter);
        _lastVersion = _reservedVersion;
    }

    /// <summary>Called at each step of a commit, by tests.</summary>
    public Action<CommitStep>? OnStep { get; set; }

    /// <summary>Decides every batch of the group and commits those that hold. When it throws, none of them is committed.</summary>
    public void Run(List<PendingCommit> group)
    {
        _written.Clear();
        _decoded.Clear();
        if (_register.IsClosed)
        {
            throw new SqliteFailureException(raw.SQLITE_MISUSE, "its register is closed", "the server is sealed: unseal it");
        }

        var register = _register.Open;
        register?.Begin();
        try
        {
            EnsureNoTransaction();
            _begin.Run();
            var reserved = _reservedVersion;
            foreach (var pending in group)
            {
                pending.Committed = Holds(pending.Batch.Preconditions);
                if (pending.Committed)
                {
                    reserved = Reserve(reserved);
                    Apply(pending.Batch.Writes, ++_lastVersion);
                }
            }

            if (_written.Count > 0)
            {
                Register(register);
                _register.Write(_history.Advance());
                OnStep?.Invoke(CommitStep.Written);
            }

            _cache.BeginCommit(_written.Keys);
            Commit();
            _reservedVersion = reserved;
            if (_written.Count > 0)
            {
                OnStep?.Invoke(CommitStep.Committed);
                _history.Settle(register?.Macs);
                OnStep?.Invoke(CommitStep.Recorded);
            }
        }
        catch
        {
            _cache.AbortCommit(_written.Keys);
            EnsureNoTransaction();
            throw;
        }

        foreach (var (key, entry) in _written)
        {
            _cache.EndCommit(key, entry, _decoded.GetValueOrDefault(key));
        }

        _written.Clear();
        _decoded.Clear();
    }

    private void Register(OpenRegister? register)
    {
        if (register is null)
        {
            return;
        }

        foreach (var (key, entry) in _written)
        {
            register.Stage(key, entry);
        }
    }

    /// <summary>Commits, and takes the register over: a reader that met an entry in between looks again when both are done.</summary>
    private void Commit()
    {
        lock (_register.Commits)
        {
            _commit.Run();
            if (_written.Count > 0)
            {
                _register.Settle();
            }
        }
    }

    private bool Holds(IReadOnlyList<StorePrecondition> preconditions)
    {
        for (var i = 0; i < preconditions.Count; i++)
        {
            if (CurrentVersion(preconditions[i].Key) != preconditions[i].Version)
            {
                return false;
            }
        }

        return true;
    }

    private long CurrentVersion(string key)
    {
        if (_written.TryGetValue(key, out var entry) || _cache.TryGet(key, out entry))
        {
            return entry.GetValueOrDefault().Version;
        }

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

    /// <summary>Sees that the file knows of the next version before anybody else does.</summary>
    /// <param name="reserved">Up to where versions are reserved once this transaction is committed.</param>
    private long Reserve(long reserved)
    {
        if (_lastVersion < reserved)
        {
            return reserved;
        }

        // A transaction that failed may have used versions beyond what is on disk, and they are not used again.
        var next = _lastVersion + VersionsReserved;
        _reserve.Bind(1, next);
        _reserve.Run();
        return next;
    }

    private void Apply(IReadOnlyList<StoreWrite> writes, long version)
    {
        for (var i = 0; i < writes.Count; i++)
        {
            var (key, value) = writes[i];
            _decoded.Remove(key);
            if (writes[i].Decoded is { } decoded)
            {
                _decoded.Add(key, decoded);
            }

            if (value is { } bytes)
            {
                _put.Bind(1, Encode(key));
                _put.Bind(2, version);
                _put.Bind(3, bytes.Span);
                _put.Run();
                _written[key] = new StoreEntry(version, bytes);
            }
            else
            {
                _delete.Bind(1, Encode(key));
                _delete.Run();
                _written[key] = null;
            }
        }
    }

    private ReadOnlySpan<byte> Encode(string key) => _key.AsSpan(0, Encoding.UTF8.GetBytes(key, _key));

    /// <summary>Some errors end the transaction by themselves, some leave it to be rolled back, and that can fail too.</summary>
    private void EnsureNoTransaction()
    {
        if (_database.InTransaction)
        {
            _rollback.Run();
        }
    }
}
