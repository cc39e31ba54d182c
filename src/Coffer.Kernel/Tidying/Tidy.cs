using System.Collections.Immutable;
using System.Globalization;
using Coffer.Kernel.Background;
using Coffer.Kernel.Revocation;
using Coffer.Kernel.Transactions;
using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.Tidying;

/// <summary>Walks through entries in the background and repairs what does not fit together: one walk at a time, one page of entries a step.</summary>
/// <param name="name">What the log calls it.</param>
/// <param name="janitor">Signalled that something may be due.</param>
/// <param name="log">Says how a walk came out, and what could not be read or repaired.</param>
public sealed class Tidy(
    string name, Transactor transactions, ImmutableArray<TidyCheck> checks, DueSignal janitor, TimeProvider clock, ILogger log) : IBackgroundWork
{
    private readonly Lock _lock = new();
    private readonly DueSignal _due = new();
    private TidyStatus _status = new();
    private Walk? _walk;

    string IBackgroundWork.Name => name;

    DueSignal IBackgroundWork.Due => _due;

    bool IBackgroundWork.WaitsForRelease => false;

    TimeSpan IBackgroundWork.RetryAfter => TimeSpan.Zero;

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

    /// <returns>False when one is under way already.</returns>
    public bool TryStart()
    {
        lock (_lock)
        {
            if (_walk is not null)
            {
                return false;
            }

            _status = new TidyStatus { BeginTime = clock.GetUtcNow() };
            _walk = new Walk(0, null, default);
        }

        _due.Add(DateTimeOffset.MinValue);
        return true;
    }

    async ValueTask<DateTimeOffset> IBackgroundWork.StepAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        if (_walk is not { } walk)
        {
            return DateTimeOffset.MaxValue;
        }

        try
        {
            if (walk.At < checks.Length)
            {
                await LookAtPageAsync(walk, cancellation);
                return now;
            }

            End("");
        }
        catch (Exception failure) when (failure is not OutOfMemoryException && !cancellation.IsCancellationRequested)
        {
            TidyLog.Unreadable(log, failure);
            End("it broke off; see the server's log");
        }

        return DateTimeOffset.MaxValue;
    }

    private async ValueTask LookAtPageAsync(Walk walk, CancellationToken cancellation)
    {
        var check = checks[walk.At];
        var keys = await transactions.Begin().ScanAsync(check.Prefix, walk.After, Limits.LeasesPerPass, cancellation);
        var count = walk.Count;
        foreach (var key in keys)
        {
            count = await LookAsync(check, key, count, cancellation);
        }

        lock (_lock)
        {
            _status = _status with { Counts = _status.Counts.SetItem(check.Name, count) };
            _walk = keys.Count == Limits.LeasesPerPass ? walk with { After = keys[^1], Count = count } : new Walk(walk.At + 1, null, default);
        }
    }

    private void End(string error)
    {
        TidyStatus ended;
        lock (_lock)
        {
            ended = _status = _status with { EndTime = clock.GetUtcNow(), Error = error };
            _walk = null;
        }

        Say(ended);
    }

    /// <summary>In a store that is not damaged there is nothing to repair.</summary>
    private void Say(TidyStatus ended)
    {
        var isClean = ended.Error.Length == 0 && ended.Counts.Values.All(count => count is { Repaired: 0, Unreadable: 0 });
        var level = isClean ? LogLevel.Information : LogLevel.Warning;
        if (log.IsEnabled(level))
        {
            var found = ended.Counts.Select(each => string.Create(
                CultureInfo.InvariantCulture, $"{each.Key}: {each.Value.Checked} checked, {each.Value.Repaired} repaired, {each.Value.Unreadable} unreadable"));
            var counts = string.Join("; ", found);
            TidyLog.Ended(log, level, name, ended.State, counts);
        }
    }

    private async ValueTask<TidyCount> LookAsync(TidyCheck check, string key, TidyCount count, CancellationToken cancellation)
    {
        count = count with { Checked = count.Checked + 1 };
        try
        {
            // An entry that a request changes at the same time is left to the next walk.
            var work = transactions.Begin();
            if (!await check.Repair(work, key, cancellation) || !await work.CommitAsync())
            {
                return count;
            }

            janitor.Add(clock.GetUtcNow());
            return count with { Repaired = count.Repaired + 1 };
        }
        catch (ConflictException)
        {
            return count;
        }
        catch (Exception error) when (Janitor.IsOfOneEntry(error))
        {
            TidyLog.Unreadable(log, error);
            return count with { Unreadable = count.Unreadable + 1 };
        }
    }

    /// <summary>How far a walk has come.</summary>
    /// <param name="At">Index of the check that is under way.</param>
    /// <param name="After">The last key that it has looked at; null at its beginning.</param>
    private sealed record Walk(int At, string? After, TidyCount Count);
}
