using System.Text.Json.Serialization.Metadata;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.Transactions;

/// <summary>One mount's part of a unit of work: every key is put below the mount's own prefix, which no key can leave.</summary>
internal sealed class StorageView(UnitOfWork work, string prefix) : IStorageView
{
    public ValueTask<ReadOnlyMemory<byte>?> GetAsync(string key, CancellationToken cancellation) =>
        work.GetAsync(prefix + key, cancellation);

    public ValueTask<T?> GetAsync<T>(string key, JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class =>
        work.GetAsync(prefix + key, type, cancellation);

    public ValueTask<IReadOnlyList<string>> ListAsync(string folder, CancellationToken cancellation) =>
        work.ListAsync(prefix + folder, cancellation);

    public void Put(string key, ReadOnlyMemory<byte> value) => work.Put(prefix + key, value);

    public void Put<T>(string key, T value, JsonTypeInfo<T> type)
        where T : class =>
        work.Put(prefix + key, value, type);

    public void Delete(string key) => work.Delete(prefix + key);
}
