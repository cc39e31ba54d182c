using System.Text.Json.Serialization.Metadata;
using Coffer.Sdk.Passwords;
using Coffer.Sdk.Storage;

namespace Coffer.Testing.Engines;

/// <summary>The kernel's storage of one try, with a count of what the engine asks of it.</summary>
/// <param name="inner">The kernel's.</param>
/// <param name="shared">Notes the instances that readers share.</param>
/// <param name="before">What was counted in the same try; null at its beginning.</param>
internal sealed class CountedView(IStorageView inner, SharedInstances shared, CountedView? before) : IStorageView
{
    private readonly Dictionary<string, bool> _writes = new(StringComparer.Ordinal);
    private int _gets = before?._gets ?? 0;
    private int _lists = before?._lists ?? 0;

    public (int Gets, int Lists, int Puts, int Deletes) Cost => (_gets, _lists, _writes.Values.Count(isPut => isPut), _writes.Values.Count(isPut => !isPut));

    public ValueTask<ReadOnlyMemory<byte>?> GetAsync(string key, CancellationToken cancellation)
    {
        _gets++;
        return inner.GetAsync(key, cancellation);
    }

    public async ValueTask<T?> GetAsync<T>(string key, JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class
    {
        _gets++;
        var value = await inner.GetAsync(key, type, cancellation);
        if (value is not null && !_writes.ContainsKey(key))
        {
            shared.Note(key, value, type);
        }

        return value;
    }

    public ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellation)
    {
        _lists++;
        return prefix.Length == 0 || prefix.EndsWith('/')
            ? inner.ListAsync(prefix, cancellation)
            : throw new InvalidOperationException($"the list prefix \"{prefix}\" does not end in a slash");
    }

    public void Put(string key, ReadOnlyMemory<byte> value)
    {
        Note(key, isPut: true);
        inner.Put(key, value);
    }

    public void Put<T>(string key, T value, JsonTypeInfo<T> type)
        where T : class
    {
        Note(key, isPut: true);
        inner.Put(key, value, type);
    }

    public void Delete(string key)
    {
        Note(key, isPut: false);
        inner.Delete(key);
    }

    public ValueTask<TaskState?> FindTaskAsync(string task, string argument, CancellationToken cancellation) => inner.FindTaskAsync(task, argument, cancellation);

    public ValueTask<PasswordRules?> FindPasswordPolicyAsync(string name, CancellationToken cancellation) => inner.FindPasswordPolicyAsync(name, cancellation);

    public ValueTask ScheduleAsync(string task, string argument, DateTimeOffset due, CancellationToken cancellation) =>
        inner.ScheduleAsync(task, argument, due, cancellation);

    public ValueTask UnscheduleAsync(string task, string argument, CancellationToken cancellation) => inner.UnscheduleAsync(task, argument, cancellation);

    private void Note(string key, bool isPut) =>
        _writes[key] = key.Length > 0 && key[0] != '/' && key[^1] != '/' ? isPut : throw new InvalidOperationException($"\"{key}\" is not a storage key");
}
