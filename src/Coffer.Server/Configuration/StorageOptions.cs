using Coffer.Storage;

namespace Coffer.Server.Configuration;

/// <summary>Where the data lives.</summary>
/// <param name="Type">The back end.</param>
/// <param name="Settings">Values of its keys; none is empty.</param>
public sealed record StorageOptions(StorageType Type, IReadOnlyDictionary<string, string> Settings)
{
    private const string PathKey = "path";

    /// <summary>A store that ends with the server.</summary>
    public static StorageOptions InMemory { get; } = new(Coffer.Storage.Memory.MemoryStorage.Type, new Dictionary<string, string>());

    /// <summary>The path that the store lies at; empty for one without a path.</summary>
    public string Path => Settings.GetValueOrDefault(PathKey, "");

    /// <summary>Opens the store.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public ValueTask<IStore> OpenAsync(CancellationToken cancellation) => Type.Open(Settings, cancellation);
}
