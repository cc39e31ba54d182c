using System.Collections.Immutable;
using Coffer.Kernel.Leases;
using Coffer.Kernel.Transactions;

namespace Coffer.Kernel.Tidying;

/// <summary>Walks through entries in the background and mends what has come apart: one walk at a time, a page in memory at a time.</summary>
/// <param name="stop">Cancelled at seal.</param>
public sealed class Tidy(
    Transactor transactions, ImmutableArray<TidyCheck> checks, DueSignal due, TimeProvider clock, Action<Exception> onFailure, CancellationToken stop)
{
    private readonly Lock _lock = new();
    private TidyStatus _status = new();
    private Task _walk = Task.CompletedTask;

    public TidyStatus Status
    {
        get
        {
            lock (_lock)
            {
                return _status;
            }
        }
    }

    /// <summary>Ends when no walk is under way.</summary>
    public Task Idle
    {
        get
        {
            lock (_lock)
            {
                return _walk;
            }
        }
    }

    /// <returns>False when one is under way already.</returns>
    public bool TryStart()
    {
        lock (_lock)
        {
            if (!_walk.IsCompleted)
            {
                return false;
            }

            _status = new TidyStatus { BeginTime = clock.GetUtcNow() };
            _walk = Task.Run(WalkAsync, CancellationToken.None);
            return true;
        }
    }

    private async Task WalkAsync()
    {
        var error = "";
        try
        {
            foreach (var check in checks)
            {
                await RunAsync(check);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            error = "the server was sealed";
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            onFailure(failure);
            error = "it broke off; see the server's log";
        }

        lock (_lock)
        {
            _status = _status with { EndTime = clock.GetUtcNow(), Error = error };
        }
    }

    private async Task RunAsync(TidyCheck check)
    {
        string? after = null;
        IReadOnlyList<string> keys;
        var count = new TidyCount();
        do
        {
            stop.ThrowIfCancellationRequested();
            keys = await transactions.Begin().ScanAsync(check.Prefix, after, Limits.LeasesPerPass, stop);
            foreach (var key in keys)
            {
                count = await LookAsync(check, key, count);
            }

            after = keys.Count > 0 ? keys[^1] : after;
            lock (_lock)
            {
                _status = _status with { Counts = _status.Counts.SetItem(check.Name, count) };
            }
        }
        while (keys.Count == Limits.LeasesPerPass);
    }

    private async ValueTask<TidyCount> LookAsync(TidyCheck check, string key, TidyCount count)
    {
        count = count with { Checked = count.Checked + 1 };
        try
        {
            // What changes meanwhile is in somebody's hands, and is looked at by the next walk.
            var work = transactions.Begin();
            if (!await check.Mend(work, key, stop) || !await work.CommitAsync())
            {
                return count;
            }

            due.Add(clock.GetUtcNow());
            return count with { Mended = count.Mended + 1 };
        }
        catch (ConflictException)
        {
            return count;
        }
        catch (Exception error) when (Janitor.IsOfOneEntry(error))
        {
            onFailure(error);
            return count with { Unreadable = count.Unreadable + 1 };
        }
    }
}
