using System.Text;

namespace Coffer.Storage.Sqlite.Register;

/// <summary>The register of a database: read when it is opened, and written in the transaction of each group. On the writer's thread, but for what says otherwise.</summary>
internal sealed class SqliteRegister : IDisposable
{
    private readonly SqliteStatement _read;
    private readonly SqliteStatement _write;
    private readonly SqliteStatement _scan;
    private readonly SqliteHistory _history;
    private volatile OpenRegister? _open;
    private volatile OlderCopy? _older;
    private volatile string? _problem;
    private volatile bool _isKept;

    public SqliteRegister(SqliteDatabase database, SqliteHistory history)
    {
        _history = history;
        _read = database.Prepare("SELECT value FROM entry WHERE key = ?1");
        _write = database.Prepare("REPLACE INTO entry (key, version, value) VALUES (?1, ?2, ?3)");
        _scan = database.Prepare("SELECT key, version, value FROM entry WHERE key >= ?1 AND key < ?2");
        _isKept = Stored() is not null;
    }

    /// <summary>Null while nobody has given the key.</summary>
    public OpenRegister? Open => _open;

    /// <summary>What a read met that was not what was last committed; null when all was. For any thread.</summary>
    public string? Problem => _problem;

    /// <summary>Not null when entries did not match when the register was opened. For any thread.</summary>
    public OlderCopy? Older => _older;

    /// <summary>Held while a group is committed and taken over. For any thread.</summary>
    public Lock Commits { get; } = new();

    /// <summary>A write now would leave the register behind. For any thread.</summary>
    public bool IsClosed => _isKept && _open is null;

    public void OpenWith(ReadOnlySpan<byte> key, RegisterLayout layout)
    {
        var open = new OpenRegister(key, layout);
        try
        {
            foreach (var prefix in layout.Outermost)
            {
                Scan(prefix, open);
            }

            // Without a row, the store was written without a register, or its register was taken away: nobody can tell.
            var kinds = Stored() is { } row ? RegisterRow.Read(row, open.Macs, _history.Identity, _history.Mark.Generation) : null;
            open.Compare(kinds);
            if (kinds is not null)
            {
                _history.CheckRecord(open.Macs);
            }
        }
        catch
        {
            open.Dispose();
            throw;
        }

        _problem = null;
        _older = open.Touched is { IsEmpty: false } touched ? new OlderCopy(_history.Mark, _history.Mark) { Touched = touched } : null;
        Interlocked.Exchange(ref _open, open)?.Dispose();
    }

    public void Close() => Interlocked.Exchange(ref _open, null)?.Dispose();

    /// <summary>An operator goes on with what is there. For any thread.</summary>
    public void Accept()
    {
        _open?.Accept();
        _older = null;
    }

    /// <summary>Whether what a read found is what was last committed. For any thread.</summary>
    /// <param name="key">Of the entry.</param>
    /// <param name="version">Null: there is none.</param>
    /// <param name="value">Empty where there is none.</param>
    public bool Matches(string key, long? version, ReadOnlySpan<byte> value)
    {
        while (_open is { } open)
        {
            try
            {
                return open.Matches(key, version, value);
            }
            catch (ObjectDisposedException) when (!ReferenceEquals(open, _open))
            {
                // It was closed or opened again under the reader.
            }
        }

        return true;
    }

    /// <summary>Whether a key that begins with <paramref name="prefix"/> is looked at. For any thread.</summary>
    public bool MayHold(string prefix) => _open?.Layout.MayHold(prefix) is true;

    /// <summary>Refuses an entry that does not match. For any thread.</summary>
    public EntrySetBackException Refuse(string key)
    {
        var kind = _open?.Layout is { } layout ? layout.Kinds[layout.KindOf(key)].Name : "registered";
        _problem = $"an entry of the store ({kind}) is not the one that was last written: it was changed or set back behind the server's back, and is refused; "
            + "restore a backup, or seal and unseal the server and see sys/quarantine";
        return new EntrySetBackException($"An entry of the store ({kind}) is not the one that was last written.");
    }

    /// <summary>Inside a transaction that is about to be committed.</summary>
    public void Write(long generation)
    {
        if (_open is { } open)
        {
            _write.Bind(1, RegisterRow.Key);
            _write.Bind(2, generation);
            _write.Bind(3, open.Row(_history.Identity, generation));
            _write.Run();
        }
    }

    /// <summary>After the commit.</summary>
    public void Settle()
    {
        if (_open is { } open)
        {
            open.Settle();
            _isKept = true;
        }
    }

    public void Dispose() => Close();

    private byte[]? Stored()
    {
        try
        {
            _read.Bind(1, RegisterRow.Key);
            return _read.Step() ? _read.Blob(0).ToArray() : null;
        }
        finally
        {
            _read.Reset();
        }
    }

    private void Scan(string prefix, OpenRegister open)
    {
        var from = Encoding.UTF8.GetBytes(prefix);
        byte[] to = [.. from[..^1], (byte)(from[^1] + 1)];
        try
        {
            _scan.Bind(1, from);
            _scan.Bind(2, to);
            while (_scan.Step())
            {
                open.Find(Encoding.UTF8.GetString(_scan.Blob(0)), _scan.Number(1), _scan.Blob(2));
            }
        }
        finally
        {
            _scan.Reset();
        }
    }
}
