using SQLitePCL;

namespace Coffer.Storage.Sqlite;

/// <summary>The file's format, version 1.</summary>
/// <remarks>
/// <c>entry</c> holds the keys (UTF-8, so that SQLite's order of bytes is the contract's), each with its version and value.
/// <c>counter</c> has the row <c>version</c>: every version up to it may have been given out. It moves in large steps, so that a commit
/// seldom pays for it; a restart goes on above it. Its other rows: <c>identity</c>, random, and <c>generation</c> and <c>committed</c> (Unix milliseconds), which every
/// commit moves, so that an older copy of the file can be told from the newest.
/// <c>application_id</c> says that the file is Coffer's, <c>user_version</c> which format it has.
/// </remarks>
internal static class SqliteSchema
{
    /// <summary>"Cofr" in ASCII.</summary>
    public const int ApplicationId = 0x436F6672;

    public const int FormatVersion = 1;

    private const int LogBytesKept = 64 * 1024 * 1024;

    public const string ReadCounter = "SELECT value FROM counter WHERE name = 'version'";

    public const string ReadIdentity = "SELECT value FROM counter WHERE name = 'identity'";

    public const string ReadGeneration = "SELECT value FROM counter WHERE name = 'generation'";

    public const string ReadCommitTime = "SELECT value FROM counter WHERE name = 'committed'";

    public const string WriteGeneration = "REPLACE INTO counter (name, value) VALUES ('generation', ?1), ('committed', ?2)";

    public const string WriteCounter = "UPDATE counter SET value = ?1 WHERE name = 'version'";

    /// <summary>Makes a new file ready, or sees that an old one is what it should be.</summary>
    public static void Prepare(SqliteDatabase database, string path)
    {
        var application = database.QueryNumber("PRAGMA application_id");
        var isNew = application == 0 && database.QueryNumber("SELECT count(*) FROM sqlite_schema") == 0;
        if (!isNew)
        {
            CheckOurs(database, path, application);
        }

        Configure(database);
        if (isNew)
        {
            Create(database);
        }

        CheckWhole(database, path);

        // Files that were made before there was an identity get theirs here. Without room for it they have none, and are asked again at the next start.
        try
        {
            database.Execute("INSERT OR IGNORE INTO counter (name, value) VALUES ('identity', abs(random() / 2))");
        }
        catch (SqliteFailureException failure) when (failure.IsFull)
        {
        }
    }

    /// <summary>What every connection needs, readers too.</summary>
    public static void Configure(SqliteDatabase database)
    {
        database.SetConfiguration(raw.SQLITE_DBCONFIG_DEFENSIVE, true);
        database.SetConfiguration(raw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, false);
        database.Execute("PRAGMA journal_mode = WAL");
        database.Execute("PRAGMA synchronous = FULL");
        database.Execute("PRAGMA cell_size_check = ON");

        // What a burst made of the log is given back at its next start from the beginning.
        database.Execute($"PRAGMA journal_size_limit = {LogBytesKept}");

        // The writer decides when, after it has answered.
        database.Execute("PRAGMA wal_autocheckpoint = 0");
    }

    private static void CheckOurs(SqliteDatabase database, string path, long application)
    {
        if (application != ApplicationId)
        {
            throw new StoreUnavailableException($"'{path}' is a SQLite database of another program; give the store a file of its own.");
        }

        var format = database.QueryNumber("PRAGMA user_version");
        if (format != FormatVersion)
        {
            throw new StoreUnavailableException(
                $"'{path}' has storage format {format}, and this version of Coffer knows format {FormatVersion}; run the version that wrote it.");
        }
    }

    private static void Create(SqliteDatabase database)
    {
        // One transaction: a process that dies here leaves an empty file, which the next one takes for new.
        database.Execute("BEGIN IMMEDIATE");
        database.Execute("CREATE TABLE entry (key BLOB PRIMARY KEY NOT NULL, version INTEGER NOT NULL, value BLOB NOT NULL) WITHOUT ROWID, STRICT");
        database.Execute("CREATE TABLE counter (name TEXT PRIMARY KEY NOT NULL, value INTEGER NOT NULL) WITHOUT ROWID, STRICT");
        database.Execute("INSERT INTO counter (name, value) VALUES ('version', 0)");
        database.Execute($"PRAGMA user_version = {FormatVersion}");
        database.Execute($"PRAGMA application_id = {ApplicationId}");
        database.Execute("COMMIT");
    }

    /// <summary>Sees that the file is not cut short and has its tables. Damage inside is found by the reads that meet it.</summary>
    private static void CheckWhole(SqliteDatabase database, string path)
    {
        // With the log moved in, the main file alone must hold every page. Without room for that, the log goes on serving.
        var result = database.Checkpoint(raw.SQLITE_CHECKPOINT_TRUNCATE, out var logged, out var moved) & 0xFF;
        if (result is not (raw.SQLITE_OK or raw.SQLITE_FULL or raw.SQLITE_IOERR))
        {
            throw database.Failure(result);
        }

        var expected = database.QueryNumber("PRAGMA page_count") * database.QueryNumber("PRAGMA page_size");
        var actual = new FileInfo(path).Length;
        if (result == raw.SQLITE_OK && logged == moved && actual < expected)
        {
            throw new StoreUnavailableException(
                $"'{path}' is cut short: {actual} bytes of {expected}; restore it from a backup.");
        }

        if (database.QueryNumber("SELECT count(*) FROM counter WHERE name = 'version'") != 1)
        {
            throw new StoreUnavailableException($"'{path}' has lost its version counter; restore it from a backup.");
        }

        database.QueryNumber("SELECT version FROM entry LIMIT 1");
    }
}
