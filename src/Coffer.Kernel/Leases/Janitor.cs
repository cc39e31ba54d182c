using System.Collections.Concurrent;
using Coffer.Kernel.Tokens;
using Coffer.Kernel.Transactions;
using Coffer.Storage;

namespace Coffer.Kernel.Leases;

/// <summary>Ends what is due: reads the front of the due index, never more, so neither memory nor start-up grows with the number of leases.</summary>
public sealed class Janitor(
    Transactor transactions, LeaseRevoker revoker, DueSignal queue, TimeProvider clock, Action<Exception> onFailure) : IDisposable
{
    private static readonly TimeSpan RetryAfterFailure = TimeSpan.FromSeconds(1);

    /// <summary>What fails for a reason of its own, such as an entry that cannot be read, is left alone this long and keeps nobody else waiting.</summary>
    private static readonly TimeSpan SetAside = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, bool> _inFlight = new(StringComparer.Ordinal);
    private readonly DateTimeOffset _started = clock.GetUtcNow();
    private readonly SemaphoreSlim _slots = new(Limits.RevocationsInFlight);

    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _atWork = 1;

    /// <summary>Works until cancelled, and returns when nothing that it began goes on.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        await RetryAsync(() => TakeUpAsync(cancellation), cancellation);
        while (!cancellation.IsCancellationRequested)
        {
            await RetryAsync(() => PassAsync(cancellation), cancellation);
        }

        NoteEnd();
        await _idle.Task;
    }

    /// <summary>Work that a stopped process left half-way is taken up at once instead of when its time to be taken up comes.</summary>
    private async Task TakeUpAsync(CancellationToken cancellation)
    {
        var soon = _started + LeaseRevoker.TakeUpAfter;
        string? after = null;
        while (true)
        {
            var keys = await transactions.Begin().ScanAsync(DueKeys.All, after, Limits.LeasesPerPass, cancellation);
            foreach (var key in keys)
            {
                var (time, isToken, name) = DueKeys.Parse(key);
                if (time > soon)
                {
                    return;
                }

                try
                {
                    if (await IsHalfDoneAsync(isToken, name, cancellation))
                    {
                        await DispatchAsync(key, isToken, name, cancellation);
                    }
                }
                catch (Exception error) when (IsOfOneEntry(error))
                {
                    onFailure(error);
                }
            }

            if (keys.Count < Limits.LeasesPerPass)
            {
                return;
            }

            after = keys[^1];
        }
    }

    private async Task PassAsync(CancellationToken cancellation)
    {
        var keys = await transactions.Begin().ScanAsync(DueKeys.All, null, Limits.LeasesPerPass + _inFlight.Count, cancellation);
        var next = DateTimeOffset.MaxValue;
        var started = 0;
        foreach (var key in keys)
        {
            var (time, isToken, name) = DueKeys.Parse(key);
            if (time > clock.GetUtcNow())
            {
                next = time;
                break;
            }

            started += await DispatchAsync(key, isToken, name, cancellation) ? 1 : 0;
        }

        if (started == 0)
        {
            await queue.WaitAsync(next, clock, cancellation);
        }
    }

    private async Task<bool> DispatchAsync(string key, bool isToken, string name, CancellationToken cancellation)
    {
        if (!_inFlight.TryAdd(key, true))
        {
            return false;
        }

        await _slots.WaitAsync(cancellation);
        Interlocked.Increment(ref _atWork);
        _ = EndCountedAsync(key, isToken, name, cancellation);
        return true;
    }

    private async Task EndCountedAsync(string key, bool isToken, string name, CancellationToken cancellation)
    {
        try
        {
            await EndAsync(key, isToken, name, cancellation);
        }
        finally
        {
            NoteEnd();
        }
    }

    private void NoteEnd()
    {
        if (Interlocked.Decrement(ref _atWork) == 0)
        {
            _idle.TrySetResult();
        }
    }

    private async Task EndAsync(string key, bool isToken, string name, CancellationToken cancellation)
    {
        try
        {
            await Task.Yield();
            if (isToken)
            {
                if (!await revoker.RevokeDueTokenAsync(name, cancellation))
                {
                    await ForgetAsync(key, cancellation);
                }
            }
            else
            {
                await revoker.RevokeDueAsync(name, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Sealed in the middle: the due index still names it.
        }
        catch (Exception error) when (IsOfOneEntry(error))
        {
            onFailure(error);
            _ = ReleaseLaterAsync(key, cancellation);
            return;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // The slot waits as well, or what is due would be tried as fast as it fails.
            onFailure(error);
            await Task.Delay(RetryAfterFailure, clock, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        Release(key, cancellation);
    }

    private async Task ReleaseLaterAsync(string key, CancellationToken cancellation)
    {
        _slots.Release();
        await Task.Delay(SetAside, clock, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _inFlight.TryRemove(key, out _);
        queue.Add(clock.GetUtcNow());
    }

    private void Release(string key, CancellationToken cancellation)
    {
        _inFlight.TryRemove(key, out _);
        if (!cancellation.IsCancellationRequested)
        {
            _slots.Release();
            queue.Add(clock.GetUtcNow());
        }
    }

    /// <summary>True for a failure that says nothing about the store as a whole.</summary>
    internal static bool IsOfOneEntry(Exception error) =>
        error is not (StoreUnavailableException or ConflictException or OperationCanceledException or OutOfMemoryException);

    private async Task<bool> IsHalfDoneAsync(bool isToken, string name, CancellationToken cancellation)
    {
        var work = transactions.Begin();
        if (isToken)
        {
            return await TokenStore.GetAnyAsync(work, name, cancellation) is { Revoking: true };
        }

        // What is being created since then is this process's own, and not half-done but under way.
        return await LeaseStore.GetAsync(work, name, cancellation) is { } lease
            && (lease.State == LeaseState.Revoking || (lease.State == LeaseState.Creating && lease.IssueTime < _started));
    }

    private async Task ForgetAsync(string key, CancellationToken cancellation) =>
        await transactions.RunAsync(
            work =>
            {
                work.Delete(key);
                return ValueTask.CompletedTask;
            },
            cancellation);

    public void Dispose() => _slots.Dispose();

    private async Task RetryAsync(Func<Task> step, CancellationToken cancellation)
    {
        try
        {
            await step();
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // Whatever it is: without the janitor nothing would end any more.
            onFailure(error);
            await Task.Delay(RetryAfterFailure, clock, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
