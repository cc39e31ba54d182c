using Coffer.Storage;
using Coffer.Storage.Memory;
using Coffer.Storage.Sqlite;

namespace Coffer.Server;

/// <summary>Every back end that the configuration can name. A new one is a line here.</summary>
public static class StorageCatalog
{
    public static IReadOnlyList<StorageType> All { get; } =
    [
        MemoryStorage.Type,
        SqliteStorage.Folder,
        SqliteStorage.File,
    ];

    /// <summary>Their names as a sentence lists them, such as <c>inmem, file and sqlite</c>.</summary>
    public static string Names { get; } = $"{string.Join(", ", All.SkipLast(1).Select(type => type.Name))} and {All[^1].Name}";

    /// <summary>Null when there is none of that name.</summary>
    public static StorageType? Find(string name) => All.FirstOrDefault(type => type.Name == name);
}
