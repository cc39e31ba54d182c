namespace Coffer.Storage.Sqlite;

/// <summary>Keeps a second store, in this process or another, away from the file: an exclusive lock on a file beside it.</summary>
/// <remarks>
/// Not on the database file itself, since closing any handle on that drops the locks that SQLite holds in this process.
/// The file stays when the lock goes: to remove it would let two stores lock two files of one name.
/// </remarks>
internal sealed class FileLock : IDisposable
{
    // The number of EWOULDBLOCK on Linux and on macOS, as .NET reports it.
    private const int WouldBlockLinux = 11;
    private const int WouldBlockMac = 35;

    private readonly FileStream _stream;

    private FileLock(FileStream stream) => _stream = stream;

    public static FileLock Take(string databasePath)
    {
        var path = databasePath + ".lock";
        try
        {
            return new(SqliteFile.OpenOrCreate(path, FileShare.None));
        }
        catch (IOException failure) when (failure.HResult is WouldBlockLinux or WouldBlockMac)
        {
            throw new StoreUnavailableException(
                $"The store '{databasePath}' is in use by another Coffer process; stop that process, or give this one its own file.", failure);
        }
    }

    public void Dispose() => _stream.Dispose();
}
