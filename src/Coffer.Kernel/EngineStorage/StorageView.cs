using System.Text.Json.Serialization.Metadata;
using Coffer.Kernel.Policies;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Passwords;
using Coffer.Sdk.Storage;

namespace Coffer.Kernel.EngineStorage;

/// <summary>One mount's part of a unit of work: every key is put below the mount's own prefix, which no key can leave.</summary>
internal sealed class StorageView(UnitOfWork work, string mountUuid) : IStorageView
{
    private readonly string _prefix = EngineKeys.PrefixOf(mountUuid);

    public ValueTask<ReadOnlyMemory<byte>?> GetAsync(string key, CancellationToken cancellation) =>
        work.GetAsync(_prefix + key, cancellation);

    public ValueTask<T?> GetAsync<T>(string key, JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class =>
        work.GetAsync(_prefix + key, type, cancellation);

    public ValueTask<IReadOnlyList<string>> ListAsync(string folder, CancellationToken cancellation) =>
        work.ListAsync(_prefix + folder, cancellation);

    public void Put(string key, ReadOnlyMemory<byte> value) => work.Put(_prefix + key, value);

    public void Put<T>(string key, T value, JsonTypeInfo<T> type)
        where T : class =>
        work.Put(_prefix + key, value, type);

    public void Delete(string key) => work.Delete(_prefix + key);

    public ValueTask<TaskState?> FindTaskAsync(string task, string argument, CancellationToken cancellation) =>
        TaskStore.FindAsync(work, new TaskName(mountUuid, task, argument), cancellation);

    public ValueTask<PasswordRules?> FindPasswordPolicyAsync(string name, CancellationToken cancellation) => PasswordPolicyStore.RulesAsync(work, name, cancellation);

    public ValueTask ScheduleAsync(string task, string argument, DateTimeOffset due, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(argument.Length, TaskStore.ArgumentCharactersMax, nameof(argument));
        return TaskStore.ScheduleAsync(work, new TaskName(mountUuid, task, argument), due, cancellation);
    }

    public ValueTask UnscheduleAsync(string task, string argument, CancellationToken cancellation) =>
        TaskStore.RemoveAsync(work, new TaskName(mountUuid, task, argument), cancellation);
}
