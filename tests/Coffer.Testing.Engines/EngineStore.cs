using System.Text;
using System.Text.Json.Serialization.Metadata;
using Coffer.Kernel.EngineStorage;
using Coffer.Sdk.Passwords;
using Coffer.Sdk.Storage;

namespace Coffer.Testing.Engines;

/// <summary>What is stored for the mount under test, decrypted. Reads see what is committed.</summary>
public sealed class EngineStore : IStorageReader
{
    private readonly EngineHarness _harness;

    internal EngineStore(EngineHarness harness) => _harness = harness;

    /// <summary>All keys of the mount's entries, as the engine names them, in order of bytes.</summary>
    public Task<IReadOnlyList<string>> KeysAsync() => _harness.KeysAsync();

    /// <summary>What is stored under a key, read as UTF-8.</summary>
    /// <exception cref="InvalidOperationException">Nothing is.</exception>
    public async Task<string> TextAsync(string key) => await GetAsync(key, CancellationToken.None) is { } value
        ? Encoding.UTF8.GetString(value.Span)
        : throw new InvalidOperationException($"nothing is stored under \"{key}\"");

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> GetAsync(string key, CancellationToken cancellation) => ReadAsync(reader => reader.GetAsync(key, cancellation));

    /// <inheritdoc/>
    public ValueTask<T?> GetAsync<T>(string key, JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class => ReadAsync(reader => reader.GetAsync(key, type, cancellation));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellation) => ReadAsync(reader => reader.ListAsync(prefix, cancellation));

    /// <inheritdoc/>
    public ValueTask<TaskState?> FindTaskAsync(string task, string argument, CancellationToken cancellation) =>
        ReadAsync(reader => reader.FindTaskAsync(task, argument, cancellation));

    /// <inheritdoc/>
    public ValueTask<PasswordRules?> FindPasswordPolicyAsync(string name, CancellationToken cancellation) => ReadAsync(reader => reader.FindPasswordPolicyAsync(name, cancellation));

    /// <summary>Changes the mount's entries in one commit, past the engine: for what an earlier version of it stored.</summary>
    /// <param name="change">Runs again when its commit meets a conflict.</param>
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
