using System.Text.Json.Serialization.Metadata;

namespace Coffer.Sdk.Storage;

/// <summary>Reads and writes of one mount's part of the store, inside a request's unit of work: nothing is written before the commit.</summary>
public interface IStorageView : IStorageReader
{
    void Put(string key, ReadOnlyMemory<byte> value);

    void Put<T>(string key, T value, JsonTypeInfo<T> type)
        where T : class;

    void Delete(string key);

    /// <summary>Sets when the next run of a task of this mount is due, instead of any time that was set before.</summary>
    /// <param name="task">The <see cref="Tasks.IEngineTask.Name"/>.</param>
    /// <param name="argument">What the run is for, at most 512 characters; empty for the whole mount.</param>
    /// <param name="due">In the past or now: at once after the commit.</param>
    /// <param name="cancellation">Ends the wait for a read.</param>
    /// <exception cref="ArgumentException">The argument is too long.</exception>
    ValueTask ScheduleAsync(string task, string argument, DateTimeOffset due, CancellationToken cancellation);

    /// <summary>No further run is due. One that is under way goes on to its end.</summary>
    ValueTask UnscheduleAsync(string task, string argument, CancellationToken cancellation);
}
