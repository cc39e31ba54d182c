namespace Coffer.Storage.Sqlite;

/// <summary>The file as the file system sees it: folder, modes, first bytes.</summary>
internal static class SqliteFile
{
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerFolder = OwnerFile | UnixFileMode.UserExecute;

    /// <summary>Sees that the folder is there.</summary>
    /// <returns>The full path, of the target where the path is a link, so that one file has one lock.</returns>
    public static string Prepare(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException("The SQLite store needs the file locks of Linux or macOS.");
        }

        var full = Path.GetFullPath(path);
        var file = new FileInfo(full);
        full = file.LinkTarget is null ? full : file.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? full;
        var folder = Path.GetDirectoryName(full) ?? throw new StoreUnavailableException($"'{path}' is a folder; name a file in it.");
        Directory.CreateDirectory(folder, OwnerFolder);
        return full;
    }

    /// <summary>Opens a file that only its owner may read and write, if it has to be made.</summary>
    public static FileStream OpenOrCreate(string path, FileShare share)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = share,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerFile;
        }

        return new(path, options);
    }

    /// <summary>Makes the file where there is none, so that it has its mode from the start, and refuses what no SQLite file begins with.</summary>
    /// <remarks>Only under the lock and before SQLite opens the file: closing a handle drops the locks that SQLite holds on it.</remarks>
    /// <returns>The open file, to be closed after SQLite's last handle.</returns>
    public static FileStream Check(string path)
    {
        var stream = OpenOrCreate(path, FileShare.ReadWrite | FileShare.Delete);
        Span<byte> header = stackalloc byte[16];
        var length = stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        if (length != 0 && !header[..length].SequenceEqual("SQLite format 3\0"u8))
        {
            stream.Dispose();
            throw new StoreUnavailableException(
                $"'{path}' is not a SQLite database, or its header is damaged; restore it from a backup, or give the store a file of its own.");
        }

        return stream;
    }
}
