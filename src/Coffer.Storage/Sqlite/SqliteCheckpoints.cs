using SQLitePCL;

namespace Coffer.Storage.Sqlite;

/// <summary>Keeps the write-ahead log short. Runs on the writer's thread, after a group was answered.</summary>
internal sealed class SqliteCheckpoints
{
    private const int CountOnly = -1;

    /// <summary>Multiples of the threshold at which reads are held back for a moment.</summary>
    private const int InsistAt = 4;

    private readonly SqliteDatabase _database;
    private readonly SqliteReaders _readers;
    private readonly int _pages;
    private int _next;

    /// <param name="database">The writing connection.</param>
    /// <param name="readers">The connections that read, whose snapshots keep the log from starting again.</param>
    /// <param name="pages">Pages in the log at which it is copied to the main file.</param>
    public SqliteCheckpoints(SqliteDatabase database, SqliteReaders readers, int pages)
    {
        _database = database;
        _readers = readers;
        _pages = pages;
        _next = pages;
    }

    public void AfterGroup()
    {
        if (_database.Checkpoint(CountOnly, out var logged, out _) != raw.SQLITE_OK)
        {
            return;
        }

        if (logged < _next)
        {
            // The log has started again from its beginning.
            _next = logged < _pages ? _pages : _next;
            return;
        }

        // Where reads never pause, one of them always sees an older state, and the log could neither be moved whole nor start again.
        var paused = logged >= (long)InsistAt * _pages && _readers.TryPause();

        // A failure (a full disk, say) leaves the log as it is: nothing is lost, and the next try is one length of log later.
        _database.Checkpoint(raw.SQLITE_CHECKPOINT_PASSIVE, out _, out _);
        _next = logged + _pages;
        if (paused)
        {
            _readers.Resume();
        }
    }
}
