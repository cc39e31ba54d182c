using System.Text.Json.Serialization.Metadata;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.Transactions;

/// <summary>
/// One mount's part of the store as it is at each read, for what runs after a commit: a change between two reads is no conflict there, since nothing can run
/// again.
/// </summary>
internal sealed class LatestReader(Transactor transactions, string prefix) : IStorageReader
{
    public ValueTask<ReadOnlyMemory<byte>?> GetAsync(string key, CancellationToken cancellation) =>
        transactions.Begin().GetAsync(prefix + key, cancellation);

    public ValueTask<T?> GetAsync<T>(string key, JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class =>
        transactions.Begin().GetAsync(prefix + key, type, cancellation);

    public ValueTask<IReadOnlyList<string>> ListAsync(string folder, CancellationToken cancellation) =>
        transactions.Begin().ListAsync(prefix + folder, cancellation);
}
