using SQLitePCL;

namespace Coffer.Storage.Sqlite;

/// <summary>One connection to the file. Used by one thread at a time.</summary>
internal sealed class SqliteDatabase : IDisposable
{
    /// <summary>
    /// Holds the operating system's locks on the file for as long as it is open, so that no other program, whatever it is, gets in; and
    /// keeps the index of the write-ahead log in this process's memory, where all connections of the process share it.
    /// </summary>
    private const string ExclusiveVfs = "unix-excl";

    /// <summary>How long a connection waits for another of this process. Only recovery and the end of a checkpoint make one wait.</summary>
    private const int BusyMilliseconds = 5000;

    private readonly sqlite3 _handle;
    private readonly List<SqliteStatement> _statements = [];

    static SqliteDatabase() => Batteries_V2.Init();

    private SqliteDatabase(sqlite3 handle) => _handle = handle;

    public bool InTransaction => raw.sqlite3_get_autocommit(_handle) == 0;

    public static SqliteDatabase Open(string path)
    {
        const int Flags = raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE | raw.SQLITE_OPEN_NOMUTEX;
        var result = raw.sqlite3_open_v2(path, out var handle, Flags, ExclusiveVfs);
        var database = new SqliteDatabase(handle);
        if (result == raw.SQLITE_OK)
        {
            result = raw.sqlite3_busy_timeout(handle, BusyMilliseconds);
        }

        if (result != raw.SQLITE_OK)
        {
            var failure = database.Failure(result);
            database.Dispose();
            throw failure;
        }

        raw.sqlite3_extended_result_codes(handle, 1);
        return database;
    }

    public SqliteStatement Prepare(string sql)
    {
        var result = raw.sqlite3_prepare_v3(_handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out var handle);
        if (result != raw.SQLITE_OK)
        {
            throw Failure(result);
        }

        var statement = new SqliteStatement(this, handle);
        _statements.Add(statement);
        return statement;
    }

    /// <summary>Runs one statement once.</summary>
    public void Execute(string sql) => QueryNumber(sql);

    /// <summary>The first column of the first row as a number; zero when there is no row.</summary>
    public long QueryNumber(string sql)
    {
        var result = raw.sqlite3_prepare_v2(_handle, sql, out var handle);
        if (result != raw.SQLITE_OK)
        {
            throw Failure(result);
        }

        using var statement = new SqliteStatement(this, handle);
        var number = 0L;
        for (var first = true; statement.Step(); first = false)
        {
            number = first ? statement.Number(0) : number;
        }

        return number;
    }

    /// <summary>Moves the write-ahead log into the main file.</summary>
    /// <param name="mode">One of SQLite's checkpoint modes; -1 does nothing but count.</param>
    /// <param name="logged">Pages in the log.</param>
    /// <param name="moved">Of these, pages that the main file has by now.</param>
    /// <returns>SQLite's result code. A failure loses nothing: what is in the log is committed.</returns>
    public int Checkpoint(int mode, out int logged, out int moved) =>
        raw.sqlite3_wal_checkpoint_v2(_handle, "main", mode, out logged, out moved);

    public void SetConfiguration(int option, bool value) => raw.sqlite3_db_config(_handle, option, value ? 1 : 0, out _);

    /// <summary>Lets a test refuse or observe what is about to be committed.</summary>
    internal void OnCommit(Func<bool> allow) => raw.sqlite3_commit_hook(_handle, _ => allow() ? 0 : 1, null);

    public SqliteFailureException Failure(int result) =>
        new(result, raw.sqlite3_errstr(result).utf8_to_string(), raw.sqlite3_errmsg(_handle).utf8_to_string());

    public void Dispose()
    {
        foreach (var statement in _statements)
        {
            statement.Dispose();
        }

        raw.sqlite3_close_v2(_handle);
    }
}
