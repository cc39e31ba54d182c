using SQLitePCL;

namespace Coffer.Storage.Sqlite;

/// <summary>Sees whether the files that are written are still those at their paths: what is written to a removed file is gone when the process ends.</summary>
internal sealed class DatabaseFiles : IDisposable
{
    private readonly FileStream _held;
    private readonly string _path;
    private readonly string _log;
    private readonly string? _opened;
    private volatile bool _hasLog;

    /// <param name="held">The database's file, opened before SQLite did; closed after SQLite did, since closing it drops SQLite's locks.</param>
    public DatabaseFiles(FileStream held, string path)
    {
        _held = held;
        _path = path;
        _log = path + "-wal";
        _opened = Opened();
    }

    /// <summary>What is not where it was; null when all is. Names no path: everybody may read it.</summary>
    public string? Problem => !IsAtPath() ? "the store's file was removed or replaced while it is in use"
        : _hasLog && !File.Exists(_log) ? "the store's write-ahead log was removed while it is in use"
        : null;

    /// <summary>After a commit there is a log.</summary>
    public void NoteCommit() => _hasLog = true;

    public SqliteFailureException? Failure => Problem is { } problem ? new(raw.SQLITE_READONLY_DBMOVED, problem, _path) : null;

    public void Dispose() => _held.Dispose();

    private bool IsAtPath() => _opened is null ? File.Exists(_path) : Opened() == _opened;

    /// <summary>Where the open file is now, as the kernel knows it; null where the kernel does not tell.</summary>
    private string? Opened() => OperatingSystem.IsLinux()
        ? new FileInfo($"/proc/self/fd/{_held.SafeFileHandle.DangerousGetHandle()}").LinkTarget
        : null;
}
