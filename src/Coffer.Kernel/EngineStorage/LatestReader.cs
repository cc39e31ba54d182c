using System.Text.Json.Serialization.Metadata;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Passwords;
using Coffer.Sdk.Storage;

namespace Coffer.Kernel.EngineStorage;

/// <summary>
/// One mount's part of the store as it is at each read, for what runs after a commit: a change between two reads is no conflict there, since nothing can run
/// again.
/// </summary>
internal sealed class LatestReader(Transactor transactions, string mountUuid) : IStorageReader
{
    public ValueTask<ReadOnlyMemory<byte>?> GetAsync(string key, CancellationToken cancellation) => Now().GetAsync(key, cancellation);

    public ValueTask<T?> GetAsync<T>(string key, JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class =>
        Now().GetAsync(key, type, cancellation);

    public ValueTask<IReadOnlyList<string>> ListAsync(string folder, CancellationToken cancellation) => Now().ListAsync(folder, cancellation);

    public ValueTask<TaskState?> FindTaskAsync(string task, string argument, CancellationToken cancellation) => Now().FindTaskAsync(task, argument, cancellation);

    public ValueTask<PasswordRules?> FindPasswordPolicyAsync(string name, CancellationToken cancellation) => Now().FindPasswordPolicyAsync(name, cancellation);

    private StorageView Now() => new(transactions.Begin(), mountUuid);
}
