using Coffer.Storage.Sqlite.Register;
using SQLitePCL;

namespace Coffer.Storage.Sqlite;

/// <summary>The one thread that writes. It takes whatever waits and commits it as one group, with one fsync.</summary>
/// <remarks>
/// Inside a group, batches are decided one after the other, each seeing those before it: its preconditions are checked before its first
/// write, so a refused batch leaves nothing to undo. No caller gets its answer before COMMIT returned.
/// </remarks>
internal sealed class SqliteWriter : IAsyncDisposable
{
    /// <summary>Batches that may wait or run at once; more of them wait outside.</summary>
    public const int QueueMax = 4096;

    /// <summary>A group ends at this many batches or bytes, so that the first of it does not wait long.</summary>
    private const int GroupBatchesMax = 1024;
    private const long GroupBytesMax = 8 * 1024 * 1024;

    /// <summary>How often a store looks whether its disk has room, when nobody writes.</summary>
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(2);

    private readonly SqliteTransaction _transaction;
    private readonly SqliteCheckpoints _checkpoints;
    private readonly DatabaseFiles _files;
    private readonly SpaceReserve _reserve;
    private readonly Queue<PendingCommit> _queue = new();
    private readonly SemaphoreSlim _places = new(QueueMax, QueueMax);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _thread;
    private volatile string? _full;
    private bool _closing;

    public SqliteWriter(
        SqliteDatabase database, SqliteReaders readers, EntryCache cache, SqliteHistory history, SqliteRegister register, DatabaseFiles files, SpaceReserve reserve, int checkpointPages)
    {
        _files = files;
        _reserve = reserve;
        _transaction = new(database, cache, history, register);
        _checkpoints = new(database, readers, checkpointPages);
        _thread = new(Run) { IsBackground = true, Name = "coffer-sqlite-writer" };
        _thread.Start();
    }

    /// <summary>Not null while the disk has no room for ordinary writes.</summary>
    public string? Full => _full;

    public ValueTask<bool> CommitAsync(StoreBatch batch, long bytes)
    {
        var place = _places.WaitAsync(CancellationToken.None);
        return place.IsCompletedSuccessfully ? new(Enqueue(batch, bytes)) : WaitAsync(place, batch, bytes);
    }

    /// <summary>Called at each step of a commit, by tests.</summary>
    public Action<CommitStep>? OnStep
    {
        get => _transaction.OnStep;
        set => _transaction.OnStep = value;
    }

    /// <summary>Runs something on the writer's thread, after the commits that were handed over before.</summary>
    /// <exception cref="StoreUnavailableException">It failed, or the store is closed.</exception>
    public async Task RunAsync(Action work)
    {
        await _places.WaitAsync();
        await Enqueue(new StoreBatch([], []), bytes: 0, work);
    }

    /// <summary>Commits what waits, refuses what comes, and returns when the thread has ended.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_queue)
        {
            _closing = true;
            Monitor.Pulse(_queue);
        }

        return new(_ended.Task);
    }

    private async ValueTask<bool> WaitAsync(Task place, StoreBatch batch, long bytes)
    {
        await place;
        return await Enqueue(batch, bytes);
    }

    private Task<bool> Enqueue(StoreBatch batch, long bytes, Action? work = null)
    {
        var pending = new PendingCommit(batch, bytes) { Work = work };
        lock (_queue)
        {
            if (_closing)
            {
                _places.Release();
                throw new StoreUnavailableException("The store is closed.");
            }

            _queue.Enqueue(pending);
            if (_queue.Count == 1)
            {
                Monitor.Pulse(_queue);
            }
        }

        return pending.Task;
    }

    private void Run()
    {
        var group = new List<PendingCommit>();
        NoteRoom();
        while (Take(group))
        {
            if (group.Count == 0)
            {
                NoteRoom();
                continue;
            }

            if (group[0].Work is { } work)
            {
                Answer(group, TryRun(work));
            }
            else
            {
                Commit(group);
            }

            _places.Release(group.Count);
            group.Clear();
            _checkpoints.AfterGroup();
        }

        _ended.SetResult();
    }

    /// <summary>
    /// Waits for commits and takes a group of them. The group is empty when it is time to look whether the disk has room: where nobody writes, nothing else would
    /// notice that it is full, or that it no longer is.
    /// </summary>
    /// <returns>False when the store closes and nothing waits any more.</returns>
    private bool Take(List<PendingCommit> group)
    {
        lock (_queue)
        {
            while (_queue.Count == 0)
            {
                if (_closing)
                {
                    return false;
                }

                if (!Monitor.Wait(_queue, LookAgainAfter))
                {
                    return true;
                }
            }

            var bytes = 0L;
            while (group.Count < GroupBatchesMax && bytes < GroupBytesMax && _queue.TryPeek(out var pending) && (pending.Work is null || group.Count == 0))
            {
                bytes += pending.Bytes;
                group.Add(_queue.Dequeue());
                if (pending.Work is not null)
                {
                    // It is no commit, and is done alone.
                    break;
                }
            }

            return true;
        }
    }

    private void Commit(List<PendingCommit> group)
    {
        var failure = _reserve.IsHeld ? TryCommit(group) : Full();
        if (failure is { IsFull: true })
        {
            // One large batch on a full disk must not take the small ones down, which may be about to free something.
            foreach (var pending in group)
            {
                CommitAlone(pending);
            }

            return;
        }

        Answer(group, failure);
        if (_full is not null && _reserve.HasRoom)
        {
            _full = null;
        }

        static SqliteFailureException Full() => new(raw.SQLITE_FULL, "database or disk is full", "the reserve is in use");
    }

    /// <summary>On a disk that is, or was a moment ago, full.</summary>
    private void CommitAlone(PendingCommit pending)
    {
        List<PendingCommit> alone = [pending];
        if (!_reserve.IsHeld)
        {
            _reserve.TryTake();
        }

        if (!_reserve.IsHeld && !pending.Frees)
        {
            Answer(alone, new(raw.SQLITE_FULL, "database or disk is full", "what is left is kept for revocations and deletes"));
            return;
        }

        var failure = TryCommit(alone);
        if (failure is { IsFull: true } && pending.Frees && _reserve.IsHeld)
        {
            _reserve.Release();
            failure = TryCommit(alone);
        }

        NoteRoom();
        Answer(alone, failure);
    }

    /// <summary>Takes the reserve back if there is room for it, and notes whether the disk is full.</summary>
    private void NoteRoom() => _full = (_reserve.IsHeld || _reserve.TryTake()) && _reserve.HasRoom
        ? null
        : "the disk of the store is full: no leases are made, and what is left is kept in reserve for revocations and deletes; free some space";

    private SqliteFailureException? TryCommit(List<PendingCommit> group)
    {
        if (_files.Failure is { } moved)
        {
            return moved;
        }

        // Checked again after the commit: one that went into a removed file is not acknowledged.
        return TryRun(() =>
        {
            _transaction.Run(group);
            _files.NoteCommit();
        }) ?? _files.Failure;
    }

    private static SqliteFailureException? TryRun(Action work)
    {
        try
        {
            work();
            return null;
        }
        catch (SqliteFailureException failure)
        {
            return failure;
        }
        catch (Exception failure)
        {
            // Whatever it is, the callers must hear of it, and the thread must live to serve the next.
            return new(raw.SQLITE_INTERNAL, failure.GetType().Name, failure.Message);
        }
    }

    private static void Answer(List<PendingCommit> group, SqliteFailureException? failure)
    {
        foreach (var pending in group)
        {
            if (failure is null)
            {
                pending.SetResult(pending.Committed);
            }
            else
            {
                pending.SetException(failure.ToUnavailable("The store could not be written"));
            }
        }
    }
}

/// <summary>A batch on its way, and the promise of its answer.</summary>
internal sealed class PendingCommit(StoreBatch batch, long bytes)
    : TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public StoreBatch Batch { get; } = batch;

    public long Bytes { get; } = bytes;

    /// <summary>Not null: it is no commit but this.</summary>
    public Action? Work { get; init; }

    /// <summary>It may use the reserve of a full disk.</summary>
    public bool Frees { get; } = batch.Frees || batch.Writes.All(write => write.Value is null);

    /// <summary>The verdict, not yet durable while the group runs.</summary>
    public bool Committed { get; set; }
}
