namespace Coffer.Storage.Memory;

/// <summary>How the configuration names the store that keeps nothing.</summary>
public static class MemoryStorage
{
    public static StorageType Type { get; } = new("inmem", [], static (_, _) => new ValueTask<IStore>(new MemoryStore()));
}
