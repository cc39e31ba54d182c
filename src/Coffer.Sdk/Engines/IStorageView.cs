using System.Text.Json.Serialization.Metadata;
using Coffer.Sdk.Passwords;
using Coffer.Sdk.Tasks;

namespace Coffer.Sdk.Engines;

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

/// <summary>Reads and writes of one mount's part of the store, inside a request's unit of work: nothing is written before the commit.</summary>
public interface IStorageView : IStorageReader
{
    void Put(string key, ReadOnlyMemory<byte> value);

    void Put<T>(string key, T value, JsonTypeInfo<T> type)
        where T : class;

    void Delete(string key);

    /// <summary>Sets when the next run of a task of this mount is due, instead of any time that was set before.</summary>
    /// <param name="task">The <see cref="IEngineTask.Name"/>.</param>
    /// <param name="argument">What the run is for, at most 512 characters; empty for the whole mount.</param>
    /// <param name="due">In the past or now: at once after the commit.</param>
    /// <param name="cancellation">Ends the wait for a read.</param>
    /// <exception cref="ArgumentException">The argument is too long.</exception>
    ValueTask ScheduleAsync(string task, string argument, DateTimeOffset due, CancellationToken cancellation);

    /// <summary>No further run is due. One that is under way goes on to its end.</summary>
    ValueTask UnscheduleAsync(string task, string argument, CancellationToken cancellation);
}
