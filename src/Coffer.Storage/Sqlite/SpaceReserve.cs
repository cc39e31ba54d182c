namespace Coffer.Storage.Sqlite;

/// <summary>
/// Space that is kept free for what ends leases and deletes: a file beside the database that is given up when the disk is full, and made again when there is room.
/// It stays on the disk when the store is closed. Under a bound on the database's size it is a part of that bound instead.
/// </summary>
internal sealed class SpaceReserve
{
    /// <summary>Bytes kept: some ten thousand revocations.</summary>
    private const long BytesMax = 16 * 1024 * 1024;

    private readonly SqliteDatabase _database;
    private readonly string _path;
    private readonly long? _boundPages;
    private readonly long _reservePages;

    public SpaceReserve(SqliteDatabase database, string databasePath, long? fileBytesMax)
    {
        _database = database;
        _path = databasePath + ".reserve";
        if (fileBytesMax is { } bytes)
        {
            var page = database.QueryNumber("PRAGMA page_size");
            _boundPages = bytes / page;
            _reservePages = Math.Min(BytesMax, bytes / 8) / page;
        }

        IsHeld = TryTake();
    }

    /// <summary>False while it is given up, and nothing but what frees space is committed.</summary>
    public bool IsHeld { get; private set; }

    /// <summary>Whether there is space beyond the reserve, a quarter of it at least.</summary>
    public bool HasRoom => _boundPages is { } pages ? UsedPages + _reservePages + (_reservePages / 4) <= pages : FreeBytes() >= BytesMax / 4;

    /// <summary>Gives the space up.</summary>
    public void Release()
    {
        IsHeld = false;
        if (_boundPages is { } pages)
        {
            _database.Execute($"PRAGMA max_page_count = {pages}");
        }
        else
        {
            File.Delete(_path);
        }
    }

    /// <summary>Takes it back, if there is room.</summary>
    public bool TryTake()
    {
        if (_boundPages is not { } pages)
        {
            return IsHeld = TryAllocate();
        }

        if (UsedPages + _reservePages > pages)
        {
            return IsHeld = false;
        }

        _database.Execute($"PRAGMA max_page_count = {pages - _reservePages}");
        return IsHeld = true;
    }

    private long UsedPages => _database.QueryNumber("PRAGMA page_count") - _database.QueryNumber("PRAGMA freelist_count");

    private long FreeBytes()
    {
        try
        {
            return new DriveInfo(Path.GetDirectoryName(_path)!).AvailableFreeSpace;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // A folder that cannot be looked at has no room either; what is wrong with it is said by DatabaseFiles.
            return 0;
        }
    }

    private bool TryAllocate()
    {
        try
        {
            if (File.Exists(_path))
            {
                return true;
            }

            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, PreallocationSize = BytesMax, BufferSize = 0 };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using var made = new FileStream(_path, options);
            return true;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // No room, as said by what this returns. .NET removes a file that it could not give its size.
            return false;
        }
    }
}
