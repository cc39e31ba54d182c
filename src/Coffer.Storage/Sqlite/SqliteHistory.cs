namespace Coffer.Storage.Sqlite;

/// <summary>The database's generation: inside it with every commit, and in the file beside it after that. On the writer's thread, but for <see cref="Older"/> and <see cref="Accept"/>.</summary>
internal sealed class SqliteHistory : IDisposable
{
    private readonly GenerationFile _file;
    private readonly SqliteStatement _write;
    private readonly TimeProvider _clock;
    private readonly long _identity;
    private StoreMark _mark;
    private StoreMark _next;
    private long _least;
    private volatile OlderCopy? _older;

    public SqliteHistory(SqliteDatabase database, string path, TimeProvider clock)
    {
        _clock = clock;
        _file = new GenerationFile(path);
        _identity = database.QueryNumber(SqliteSchema.ReadIdentity);
        _mark = new StoreMark(database.QueryNumber(SqliteSchema.ReadGeneration), DateTimeOffset.FromUnixTimeMilliseconds(database.QueryNumber(SqliteSchema.ReadCommitTime)));
        _write = database.Prepare(SqliteSchema.WriteGeneration);
        var known = _file.Read(_identity);

        // A file that has never counted is new, or of a version that did not count yet.
        _older = _mark.Generation == 0 || known?.Generation <= _mark.Generation ? null : new OlderCopy(_mark, known);
    }

    public OlderCopy? Older => _older;

    public void Accept()
    {
        if (_older is { } older)
        {
            Interlocked.Exchange(ref _least, older.Known?.Generation ?? 0);
            _older = null;
        }
    }

    /// <summary>Inside a transaction that is about to be committed.</summary>
    public void Advance()
    {
        _next = new StoreMark(Math.Max(_mark.Generation, Interlocked.Read(ref _least)) + 1, _clock.GetUtcNow());
        _write.Bind(1, _next.Generation);
        _write.Bind(2, _next.Time.ToUnixTimeMilliseconds());
        _write.Run();
    }

    /// <summary>After the commit, before anybody is answered.</summary>
    public void Settle()
    {
        _mark = _next;
        if (_older is not null)
        {
            // Until an operator goes on with it, the newer one that was known stays known.
            return;
        }

        try
        {
            _file.Write(_identity, _mark);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The record stays behind the database, which is harmless: it finds a copy that is older still.
        }
    }

    public void Dispose() => _file.Dispose();
}
