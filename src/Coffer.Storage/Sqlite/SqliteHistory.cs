using Coffer.Storage.Sqlite.Register;

namespace Coffer.Storage.Sqlite;

/// <summary>The database's generation: inside it with every commit, and in the file beside it after that. On the writer's thread, but for <see cref="Older"/>, <see cref="Newest"/> and <see cref="Accept"/>.</summary>
internal sealed class SqliteHistory : IDisposable
{
    private readonly GenerationFile _file;
    private readonly SqliteStatement _write;
    private readonly TimeProvider _clock;
    private StoreMark _mark;
    private StoreMark _next;
    private long _least;
    private long _newest;
    private volatile OlderCopy? _older;

    public SqliteHistory(SqliteDatabase database, string path, TimeProvider clock)
    {
        _clock = clock;
        _file = new GenerationFile(path);
        Identity = database.QueryNumber(SqliteSchema.ReadIdentity);
        _mark = new StoreMark(database.QueryNumber(SqliteSchema.ReadGeneration), DateTimeOffset.FromUnixTimeMilliseconds(database.QueryNumber(SqliteSchema.ReadCommitTime)));
        _write = database.Prepare(SqliteSchema.WriteGeneration);
        _newest = _mark.Generation;
        var known = _file.Read(Identity);

        // A file that has never counted is new, or of a version that did not count yet.
        if (_mark.Generation > 0 && !(known?.Generation <= _mark.Generation))
        {
            Doubt(known);
        }
    }

    /// <summary>Random, of this database.</summary>
    public long Identity { get; }

    /// <summary>Of the last commit.</summary>
    public StoreMark Mark => _mark;

    public OlderCopy? Older => _older;

    /// <summary>The newest generation that is known, in the file or outside.</summary>
    public long Newest => Interlocked.Read(ref _newest);

    /// <summary>Something outside the file remembers that it had come this far.</summary>
    public void NoteKnown(StoreMark known)
    {
        if (known.Generation > Newest)
        {
            Doubt(known);
        }
    }

    /// <summary>Sees that the record beside the file is one that was written with the register.</summary>
    public void CheckRecord(RegisterMacs macs)
    {
        if (_older is null && _file.Read(Identity, macs) is null)
        {
            Doubt(null);
        }
    }

    public void Accept()
    {
        if (_older is { } older)
        {
            Interlocked.Exchange(ref _least, older.Known?.Generation ?? 0);
            _older = null;
        }
    }

    /// <summary>Inside a transaction that is about to be committed.</summary>
    /// <returns>The generation that it makes.</returns>
    public long Advance()
    {
        // An older copy does not move its generation, or with some commits it would no longer be behind what is known.
        var generation = _older is null ? Math.Max(_mark.Generation, Interlocked.Read(ref _least)) + 1 : _mark.Generation;
        _next = new StoreMark(generation, _clock.GetUtcNow());
        _write.Bind(1, _next.Generation);
        _write.Bind(2, _next.Time.ToUnixTimeMilliseconds());
        _write.Run();
        return _next.Generation;
    }

    /// <summary>After the commit, before anybody is answered.</summary>
    public void Settle(RegisterMacs? macs)
    {
        _mark = _next;
        if (_mark.Generation > Newest)
        {
            Interlocked.Exchange(ref _newest, _mark.Generation);
        }

        if (_older is not null)
        {
            // Until an operator goes on with it, the newer one that was known stays known.
            return;
        }

        try
        {
            _file.Write(Identity, _mark, macs);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The record stays behind the database, which is harmless: it finds a copy that is older still.
        }
    }

    public void Dispose() => _file.Dispose();

    private void Doubt(StoreMark? known)
    {
        _older = new OlderCopy(_mark, known);
        Interlocked.Exchange(ref _newest, Math.Max(Newest, known?.Generation ?? 0));
    }
}
