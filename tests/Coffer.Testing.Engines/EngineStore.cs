using System.Text;
using System.Text.Json.Serialization.Metadata;
using Coffer.Kernel.EngineStorage;
using Coffer.Sdk.Passwords;
using Coffer.Sdk.Storage;

namespace Coffer.Testing.Engines;

/// <summary>What is committed of the mount under test, read through the kernel's barrier.</summary>
public sealed class EngineStore : IStorageReader
{
    private readonly EngineHarness _harness;

    internal EngineStore(EngineHarness harness) => _harness = harness;

    /// <summary>All keys, in order.</summary>
    public Task<IReadOnlyList<string>> KeysAsync() => _harness.KeysAsync();

    /// <summary>What is stored under a key, as text.</summary>
    public async Task<string> TextAsync(string key) => await GetAsync(key, CancellationToken.None) is { } value
        ? Encoding.UTF8.GetString(value.Span)
        : throw new InvalidOperationException($"nothing is stored under \"{key}\"");

    public ValueTask<ReadOnlyMemory<byte>?> GetAsync(string key, CancellationToken cancellation) => ReadAsync(reader => reader.GetAsync(key, cancellation));

    public ValueTask<T?> GetAsync<T>(string key, JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class => ReadAsync(reader => reader.GetAsync(key, type, cancellation));

    public ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellation) => ReadAsync(reader => reader.ListAsync(prefix, cancellation));

    public ValueTask<TaskState?> FindTaskAsync(string task, string argument, CancellationToken cancellation) =>
        ReadAsync(reader => reader.FindTaskAsync(task, argument, cancellation));

    public ValueTask<PasswordRules?> FindPasswordPolicyAsync(string name, CancellationToken cancellation) => ReadAsync(reader => reader.FindPasswordPolicyAsync(name, cancellation));

    /// <summary>Changes the store in one commit, as an earlier version of the engine or another node would.</summary>
    public Task ChangeAsync(Action<IStorageView> change) => _harness.CommitAsync(view =>
    {
        change(view);
        return ValueTask.CompletedTask;
    });

    private async ValueTask<T> ReadAsync<T>(Func<IStorageReader, ValueTask<T>> read)
    {
        var uuid = await _harness.UuidAsync();
        return await read(new LatestReader(await _harness.TransactionsAsync(), uuid));
    }
}
