using SQLitePCL;

namespace Coffer.Storage.Sqlite;

/// <summary>What SQLite said. Stays inside the store: callers get a <see cref="StoreUnavailableException"/> made from it.</summary>
#pragma warning disable CA1032, CA1064 // Never leaves the assembly and always has a code.
internal sealed class SqliteFailureException(int code, string meaning, string detail)
    : IOException($"SQLite error {code}: {meaning} ({detail}).")
{
    /// <summary>The result code without its extension.</summary>
    public int Primary { get; } = code & 0xFF;

    /// <summary>What is written has no place at its path any more.</summary>
    public bool IsMoved { get; } = code == raw.SQLITE_READONLY_DBMOVED;

    public bool IsFull => Primary == raw.SQLITE_FULL;

    /// <summary>Names the likely cause and what to do, but no key.</summary>
    public StoreUnavailableException ToUnavailable(string doing)
    {
        var remedy = Primary switch
        {
            _ when IsMoved => "it is not where it was; stop the server, then put the file back or restore a backup: what was written since may be lost",
            raw.SQLITE_FULL => "the disk is full; free some space and try again",
            raw.SQLITE_IOERR => "the disk reported an error; look into the system log",
            raw.SQLITE_READONLY => "the file cannot be written; check its mode, owner and mount",
            raw.SQLITE_CANTOPEN => "the file cannot be opened; check that its folder exists, its mode and its owner",
            raw.SQLITE_PERM or raw.SQLITE_AUTH => "access was denied; check the file's mode and owner",
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => "the file is in use by another process; stop that process",
            raw.SQLITE_NOTADB => "the file is not a SQLite database, or its header is damaged; restore it from a backup",
            raw.SQLITE_CORRUPT => "the file is damaged; restore it from a backup",
            raw.SQLITE_NOMEM => "there is not enough memory",
            _ => "SQLite refused",
        };
        return new($"{doing}: {remedy}. {Message}", this);
    }
}
#pragma warning restore CA1032, CA1064
