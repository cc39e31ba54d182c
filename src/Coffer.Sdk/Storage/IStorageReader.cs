using System.Text.Json.Serialization.Metadata;
using Coffer.Sdk.Passwords;

namespace Coffer.Sdk.Storage;

/// <summary>Reads of one mount's part of the store. Keys are relative to the mount.</summary>
public interface IStorageReader
{
    /// <summary>The bytes stored under a key, or null. What was read becomes a condition of the commit.</summary>
    ValueTask<ReadOnlyMemory<byte>?> GetAsync(string key, CancellationToken cancellation);

    /// <summary>The value stored under a key, or null. The same instance may be given again: treat it as immutable.</summary>
    ValueTask<T?> GetAsync<T>(string key, JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class;

    /// <summary>
    /// What is directly below <paramref name="prefix"/> (empty, or ending in a slash), in order of bytes: keys by their last segment, folders
    /// with a slash at the end, each once. Writes of this unit of work are seen. Not a condition of the commit.
    /// </summary>
    ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellation);

    /// <summary>What is known of a task's runs for one argument; null when none is due.</summary>
    ValueTask<TaskState?> FindTaskAsync(string task, string argument, CancellationToken cancellation);

    /// <summary>The rules of a password policy of this server (<c>sys/policies/password</c>), by its name; null when there is none. What was read becomes a condition of the commit.</summary>
    ValueTask<PasswordRules?> FindPasswordPolicyAsync(string name, CancellationToken cancellation);
}
