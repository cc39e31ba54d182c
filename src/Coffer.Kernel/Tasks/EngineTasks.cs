using Coffer.Kernel.Background;
using Coffer.Kernel.EngineStorage;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Replies;
using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.Tasks;

/// <summary>
/// Runs the tasks of engines. The store says which are due and when, so one that a crash or a seal cut off is taken up when the server is next unsealed, and one
/// that could not finish is tried again.
/// </summary>
public sealed class EngineTasks : IBackgroundWork, IDisposable
{
    /// <summary>How often mounts are looked through for tasks that run without being asked for, if nothing else is due sooner.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromMinutes(5);

    private readonly Transactor _transactions;
    private readonly RouterFactory _routers;
    private readonly DueSignal _due;
    private readonly TaskRuns _attempts;
    private readonly SharedRuns<Reply> _runs;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _running = new(StringComparer.Ordinal);
    private MountTable? _seeded;

    /// <param name="transactions">Its signal brings the next step forward.</param>
    /// <param name="routers">Where the engines are.</param>
    /// <param name="effects">Where runs are counted.</param>
    /// <param name="clock">The kernel's time.</param>
    /// <param name="log">Says which runs fail that no request waits for.</param>
    /// <param name="stop">Cancelled at seal.</param>
    internal EngineTasks(
        Transactor transactions, RouterFactory routers, Effects effects, TimeProvider clock, ILogger log, CancellationToken stop)
    {
        _transactions = transactions;
        _routers = routers;
        _due = transactions.TaskDue;
        _attempts = new TaskRuns(transactions, routers, clock, log, stop);
        _runs = new SharedRuns<Reply>(effects, _due, stop);
    }

    string IBackgroundWork.Name => "tasks of engines";

    DueSignal IBackgroundWork.Due => _due;

    bool IBackgroundWork.WaitsForRelease => true;

    TimeSpan IBackgroundWork.RetryAfter => TimeSpan.FromSeconds(10);

    /// <summary>Has a run begin that is due. Requests that ask for the same one at the same time wait for the same run.</summary>
    internal Task<Reply> RunAsync(TaskName name) => _runs.AskAsync(name.ToString());

    public void Dispose() => _runs.Dispose();

    /// <summary>Begins what is due, side by side: one whose outside system hangs holds up no other mount.</summary>
    async ValueTask<DateTimeOffset> IBackgroundWork.StepAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        await SeedAsync(now, cancellation);
        foreach (var asked in _runs.Asked)
        {
            Begin(TaskName.Parse(asked), _attempts.RunAsync);
        }

        string? after = null;
        while (true)
        {
            var keys = await _transactions.Begin().ScanAsync(TaskStore.AllDue, after, Limits.LeasesPerPass, cancellation);
            foreach (var key in keys)
            {
                var (due, name) = TaskStore.ParseDue(key);
                if (due > now)
                {
                    return due < now + LookEvery ? due : now + LookEvery;
                }

                if (HasRoom(name.MountUuid))
                {
                    Begin(name, _attempts.RunUnaskedAsync);
                }
            }

            if (keys.Count < Limits.LeasesPerPass)
            {
                return now + LookEvery;
            }

            after = keys[^1];
        }
    }

    private bool HasRoom(string mountUuid)
    {
        lock (_lock)
        {
            return _running.GetValueOrDefault(mountUuid) < Limits.TasksPerMount;
        }
    }

    /// <summary>Begins a run unless it is under way. It has its place from here on, so that the next task of the same step sees that.</summary>
    private void Begin(TaskName name, Func<TaskName, Task<Reply>> run)
    {
        Count(name.MountUuid, 1);
        if (!_runs.TryBegin(name.ToString(), () => CountedAsync(name, run)))
        {
            Count(name.MountUuid, -1);
        }
    }

    private async Task<Reply> CountedAsync(TaskName name, Func<TaskName, Task<Reply>> run)
    {
        Reply reply;
        try
        {
            reply = await run(name);
        }
        finally
        {
            Count(name.MountUuid, -1);
        }

        // Another may have waited for its place. Not after a failure: what could not note how it ended is still due, and would begin as fast as it fails.
        _due.Add(DateTimeOffset.MinValue);
        return reply;
    }

    private void Count(string mountUuid, int change)
    {
        lock (_lock)
        {
            var count = _running.GetValueOrDefault(mountUuid) + change;
            if (count == 0)
            {
                _running.Remove(mountUuid);
            }
            else
            {
                _running[mountUuid] = count;
            }
        }
    }

    /// <summary>Sets the first run of tasks that run without being asked for, once for each state of the mount table.</summary>
    private async ValueTask SeedAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        var table = await _transactions.Begin().GetAsync(MountTable.StorageKey, MountsJsonContext.Default.MountTable, cancellation);
        if (table is null || ReferenceEquals(table, _seeded))
        {
            return;
        }

        var router = _routers.For(table);
        foreach (var mounted in table.Mounts.Select(mount => router.FindByUuid(mount.Uuid)).OfType<MountedEngine>())
        {
            foreach (var task in mounted.Engine.Tasks.Where(task => task.FirstRunAfter is not null))
            {
                var name = new TaskName(mounted.Mount.Uuid, task.Name, "");
                await _transactions.RunAsync(
                    async work =>
                    {
                        var current = await work.GetAsync(MountTable.StorageKey, MountsJsonContext.Default.MountTable, cancellation);
                        if (current?.Mounts.Any(mount => mount.Uuid == name.MountUuid) == true && await TaskStore.FindAsync(work, name, cancellation) is null)
                        {
                            await TaskStore.ScheduleAsync(work, name, now + task.FirstRunAfter!.Value, cancellation);
                        }
                    },
                    cancellation);
            }
        }

        _seeded = table;
    }
}
