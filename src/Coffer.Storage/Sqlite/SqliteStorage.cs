namespace Coffer.Storage.Sqlite;

/// <summary>How the configuration names the SQLite store: by its folder, or by the file itself.</summary>
public static class SqliteStorage
{
    private const string Path = "path";
    private const string FileInFolder = "coffer.db";

    /// <summary><c>path</c> is a folder, in which the database is <c>coffer.db</c>.</summary>
    public static StorageType Folder { get; } = new("file", [new StorageKey(Path, IsRequired: true)], static (settings, cancellation) =>
        OpenAsync(System.IO.Path.Combine(settings[Path], FileInFolder), cancellation));

    /// <summary><c>path</c> is the database file.</summary>
    public static StorageType File { get; } = new("sqlite", [new StorageKey(Path, IsRequired: true)], static (settings, cancellation) =>
        OpenAsync(settings[Path], cancellation));

    private static async ValueTask<IStore> OpenAsync(string file, CancellationToken cancellation) =>
        await SqliteStore.OpenAsync(file, new SqliteStoreOptions(), cancellation);
}
