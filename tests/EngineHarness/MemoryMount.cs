using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Passwords;
using Coffer.Sdk.Tasks;

namespace Coffer.Testing.Engines;

/// <summary>One mount's committed entries in a dictionary, ordered by bytes as a real store orders them.</summary>
public sealed class MemoryMount : IStorageReader
{
    private readonly SortedDictionary<string, byte[]> _entries = new(ByteOrder.Instance);
    private readonly Dictionary<string, Decoded> _decoded = new(StringComparer.Ordinal);

    /// <summary>All keys, in order.</summary>
    public IReadOnlyList<string> Keys => [.. _entries.Keys];

    /// <summary>What is stored under a key, as text.</summary>
    public string Text(string key) => Encoding.UTF8.GetString(_entries[key]);

    public ValueTask<ReadOnlyMemory<byte>?> GetAsync(string key, CancellationToken cancellation) =>
        ValueTask.FromResult(_entries.TryGetValue(key, out var value) ? (ReadOnlyMemory<byte>?)value : null);

    /// <summary>Decodes an entry once and gives the same instance from then on, as the kernel's cache does.</summary>
    public ValueTask<T?> GetAsync<T>(string key, JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class
    {
        if (!_entries.TryGetValue(key, out var bytes))
        {
            return ValueTask.FromResult<T?>(null);
        }

        if (!_decoded.TryGetValue(key, out var decoded) || decoded.Value is not T)
        {
            var value = JsonSerializer.Deserialize(bytes, type)
                ?? throw new InvalidOperationException($"the entry \"{key}\" holds a JSON null");
            decoded = new Decoded(value, JsonSerializer.SerializeToUtf8Bytes(value, type), () => JsonSerializer.SerializeToUtf8Bytes(value, type));
            _decoded[key] = decoded;
        }

        return ValueTask.FromResult<T?>((T)decoded.Value);
    }

    public ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellation) =>
        ValueTask.FromResult(ListIn(_entries.Keys, prefix));

    /// <summary>Runs of tasks that are due, by task and argument.</summary>
    public SortedDictionary<string, TaskState> Tasks { get; } = new(StringComparer.Ordinal);

    public ValueTask<TaskState?> FindTaskAsync(string task, string argument, CancellationToken cancellation) =>
        ValueTask.FromResult(Tasks.GetValueOrDefault($"{task}/{argument}"));

    /// <summary>The server's password policies, by name.</summary>
    public Dictionary<string, PasswordRules> PasswordPolicies { get; } = new(StringComparer.Ordinal);

    public ValueTask<PasswordRules?> FindPasswordPolicyAsync(string name, CancellationToken cancellation) => ValueTask.FromResult(PasswordPolicies.GetValueOrDefault(name));

    /// <summary>Begins a unit of work: its writes are seen by itself only, until <see cref="UnitOfWork.Commit"/>.</summary>
    internal UnitOfWork Begin() => new(this);

    /// <summary>Fails when a handler changed a decoded instance, which others share.</summary>
    internal void CheckThatDecodedValuesAreUnchanged()
    {
        foreach (var (key, decoded) in _decoded)
        {
            Assert.True(decoded.Now().AsSpan().SequenceEqual(decoded.Then), $"a handler changed the shared instance of \"{key}\"");
        }
    }

    private static IReadOnlyList<string> ListIn(IEnumerable<string> keys, string prefix)
    {
        Assert.True(prefix.Length == 0 || prefix.EndsWith('/'), $"the list prefix \"{prefix}\" does not end in a slash");
        var found = new SortedSet<string>(ByteOrder.Instance);
        foreach (var key in keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal) && key.Length > prefix.Length))
        {
            var slash = key.IndexOf('/', prefix.Length);
            found.Add(slash < 0 ? key[prefix.Length..] : key[prefix.Length..(slash + 1)]);
        }

        return [.. found];
    }

    /// <summary>Reads through to the mount, keeps its writes apart, and counts what a request costs.</summary>
    internal sealed class UnitOfWork(MemoryMount mount) : IStorageView
    {
        private readonly Dictionary<string, byte[]?> _writes = new(StringComparer.Ordinal);
        private readonly Dictionary<string, TaskState?> _tasks = new(StringComparer.Ordinal);

        public int Gets { get; private set; }

        public int Lists { get; private set; }

        public int Puts => _writes.Values.Count(value => value is not null);

        public int Deletes => _writes.Values.Count(value => value is null);

        public ValueTask<ReadOnlyMemory<byte>?> GetAsync(string key, CancellationToken cancellation)
        {
            Gets++;
            return _writes.TryGetValue(key, out var written)
                ? ValueTask.FromResult(written is null ? null : (ReadOnlyMemory<byte>?)written)
                : mount.GetAsync(key, cancellation);
        }

        public ValueTask<T?> GetAsync<T>(string key, JsonTypeInfo<T> type, CancellationToken cancellation)
            where T : class
        {
            Gets++;
            return _writes.TryGetValue(key, out var written)
                ? ValueTask.FromResult(written is null ? null : JsonSerializer.Deserialize(written, type))
                : mount.GetAsync(key, type, cancellation);
        }

        public ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellation)
        {
            Lists++;
            var keys = mount._entries.Keys.Where(key => !_writes.ContainsKey(key))
                .Concat(_writes.Where(write => write.Value is not null).Select(write => write.Key));
            return ValueTask.FromResult(ListIn(keys, prefix));
        }

        public void Put(string key, ReadOnlyMemory<byte> value) => Write(key, value.ToArray());

        public void Put<T>(string key, T value, JsonTypeInfo<T> type)
            where T : class => Write(key, JsonSerializer.SerializeToUtf8Bytes(value, type));

        public void Delete(string key) => Write(key, null);

        public ValueTask<TaskState?> FindTaskAsync(string task, string argument, CancellationToken cancellation) =>
            _tasks.TryGetValue($"{task}/{argument}", out var set) ? ValueTask.FromResult(set) : mount.FindTaskAsync(task, argument, cancellation);

        public ValueTask<PasswordRules?> FindPasswordPolicyAsync(string name, CancellationToken cancellation) => mount.FindPasswordPolicyAsync(name, cancellation);

        public ValueTask ScheduleAsync(string task, string argument, DateTimeOffset due, CancellationToken cancellation)
        {
            _tasks[$"{task}/{argument}"] = new TaskState(due);
            return ValueTask.CompletedTask;
        }

        public ValueTask UnscheduleAsync(string task, string argument, CancellationToken cancellation)
        {
            _tasks[$"{task}/{argument}"] = null;
            return ValueTask.CompletedTask;
        }

        public void Commit()
        {
            foreach (var (name, state) in _tasks)
            {
                if (state is null)
                {
                    mount.Tasks.Remove(name);
                }
                else
                {
                    mount.Tasks[name] = state;
                }
            }

            foreach (var (key, value) in _writes)
            {
                mount._decoded.Remove(key);
                if (value is null)
                {
                    mount._entries.Remove(key);
                }
                else
                {
                    mount._entries[key] = value;
                }
            }
        }

        private void Write(string key, byte[]? value)
        {
            Assert.True(key.Length > 0 && key[0] != '/' && key[^1] != '/', $"\"{key}\" is not a storage key");
            _writes[key] = value;
        }
    }

    private sealed class ByteOrder : IComparer<string>
    {
        public static ByteOrder Instance { get; } = new();

        public int Compare(string? x, string? y) =>
            Encoding.UTF8.GetBytes(x ?? "").AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y ?? ""));
    }

    private sealed record Decoded(object Value, byte[] Then, Func<byte[]> Now);
}
