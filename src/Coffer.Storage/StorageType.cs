namespace Coffer.Storage;

/// <summary>A back end as the configuration names it: <c>storage "NAME" { KEY = VALUE }</c>.</summary>
/// <param name="Name">Of the block, and of the type that the server reports.</param>
/// <param name="Keys">All that the block may hold.</param>
/// <param name="Open">Opens the store with the values of these keys. <see cref="IOException"/> when it cannot be opened.</param>
public sealed record StorageType(
    string Name, IReadOnlyList<StorageKey> Keys, Func<IReadOnlyDictionary<string, string>, CancellationToken, ValueTask<IStore>> Open);
