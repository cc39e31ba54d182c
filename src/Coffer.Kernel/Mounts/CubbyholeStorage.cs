using Coffer.Kernel.Transactions;

namespace Coffer.Kernel.Mounts;

/// <summary>
/// Where the entries of each token lie: the one cubbyhole keeps what belongs to a token below its <see cref="Sdk.Engines.CallerView.Scope"/>, which is the token's
/// accessor. The kernel removes them with the token, and keeps a wrapped reply among them.
/// </summary>
internal static class CubbyholeStorage
{
    /// <summary>The prefix of all entries of all tokens; null before the first mounts are made.</summary>
    public static async ValueTask<string?> PrefixAsync(UnitOfWork work, CancellationToken cancellation) =>
        (await work.GetAsync(MountTable.StorageKey, MountsJsonContext.Default.MountTable, cancellation))?.Mounts.FirstOrDefault(mount => mount.Type == "cubbyhole")?.StoragePrefix;

    /// <summary>The prefix of a token's entries; null before the first mounts are made.</summary>
    public static async ValueTask<string?> PrefixOfAsync(UnitOfWork work, string accessor, CancellationToken cancellation) =>
        await PrefixAsync(work, cancellation) is { } prefix ? $"{prefix}{accessor}/" : null;

    /// <summary>Whose an entry is.</summary>
    /// <param name="prefix">That of all entries of all tokens.</param>
    /// <returns>The accessor; null when the key is not below the prefix.</returns>
    public static string? AccessorIn(string key, string prefix) =>
        key.StartsWith(prefix, StringComparison.Ordinal) ? key[prefix.Length..].Split('/')[0] : null;
}
