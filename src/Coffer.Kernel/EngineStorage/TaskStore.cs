using System.Globalization;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Storage;

namespace Coffer.Kernel.EngineStorage;

/// <summary>Runs of tasks that are due, in the store: by mount, and in order of time.</summary>
internal static class TaskStore
{
    public const string AllDue = "task/due/";

    /// <summary>Longest argument in UTF-16 characters: it becomes part of storage keys.</summary>
    public const int ArgumentCharactersMax = 512;

    private const string Records = "task/id/";
    private const int TimeCharacters = 16;

    /// <summary>Every record of a mount is below it.</summary>
    public static string OfMount(string mountUuid) => $"{Records}{mountUuid}/";

    public static ValueTask<TaskState?> FindAsync(UnitOfWork work, TaskName name, CancellationToken cancellation) =>
        work.GetAsync(Records + name, EngineStorageJsonContext.Default.TaskState, cancellation);

    /// <summary>Sets when a run is due, and forgets how earlier ones ended.</summary>
    public static async ValueTask ScheduleAsync(UnitOfWork work, TaskName name, DateTimeOffset due, CancellationToken cancellation)
    {
        var before = await FindAsync(work, name, cancellation);
        Put(work, name, before, new TaskState(due) { LastRun = before?.LastRun });
    }

    /// <summary>A run is due now. One that is due already stays: its run answers for both.</summary>
    public static async ValueTask HurryAsync(UnitOfWork work, TaskName name, DateTimeOffset now, CancellationToken cancellation)
    {
        if (await FindAsync(work, name, cancellation) is not { } before || before.Due > now)
        {
            await ScheduleAsync(work, name, now, cancellation);
        }
    }

    public static void Put(UnitOfWork work, TaskName name, TaskState? before, TaskState after)
    {
        if (before is not null && before.Due != after.Due)
        {
            work.Delete(DueKey(before.Due, name));
        }

        work.Put(Records + name, after, EngineStorageJsonContext.Default.TaskState);
        work.Put(DueKey(after.Due, name), Array.Empty<byte>());
        work.NoteTaskDue(after.Due);
    }

    public static void Remove(UnitOfWork work, TaskName name, TaskState before)
    {
        work.Delete(Records + name);
        work.Delete(DueKey(before.Due, name));
    }

    public static async ValueTask RemoveAsync(UnitOfWork work, TaskName name, CancellationToken cancellation)
    {
        if (await FindAsync(work, name, cancellation) is { } before)
        {
            Remove(work, name, before);
        }
    }

    /// <summary>Removes a page of a mount's records.</summary>
    /// <returns>How many; none are left when it is 0.</returns>
    public static async ValueTask<int> RemoveOfMountAsync(UnitOfWork work, string mountUuid, CancellationToken cancellation)
    {
        var keys = await work.ScanAsync(OfMount(mountUuid), null, Limits.LeasesPerPass, cancellation);
        foreach (var key in keys)
        {
            await RemoveAsync(work, TaskName.Parse(key.AsSpan(Records.Length)), cancellation);
        }

        return keys.Count;
    }

    /// <summary>The time and the task in a key of the index.</summary>
    public static (DateTimeOffset Due, TaskName Name) ParseDue(string key)
    {
        var rest = key.AsSpan(AllDue.Length);
        var ticks = long.Parse(rest[..TimeCharacters], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        return (new DateTimeOffset(ticks, TimeSpan.Zero), TaskName.Parse(rest[(TimeCharacters + 1)..]));
    }

    private static string DueKey(DateTimeOffset due, TaskName name) => $"{AllDue}{due.UtcTicks:x16}/{name}";
}
