namespace Coffer.Sdk.Engines;

/// <summary>
/// Runs functions that keep a core busy for long, such as the hash of a password, on a few threads of their own: a flood of logins then takes neither
/// the threads nor more than a share of the cores that health, reads and revocations need. What waits is bounded.
/// </summary>
/// <remarks>
/// Threads begin with the work and end with it, so there is nothing to dispose. Clients take turns: one that sends many logins waits for its own, and the next client's
/// first login comes after one of each other client at most.
/// </remarks>
/// <param name="threads">Functions that run at once, at least 1.</param>
/// <param name="waitingMax">Functions of clients without a token that wait at most, at least 1, of which one client has half; as many again of token holders.</param>
public sealed class SlowWork(int threads, int waitingMax)
{
    /// <summary>Functions that wait unless the configuration says otherwise: some ten seconds of password hashes on one thread.</summary>
    public const int WaitingMaxByDefault = 256;

    private readonly Lock _lock = new();
    private readonly Queue<Action> _ofHolders = new();
    private readonly TurnQueue _ofStrangers = new();
    private int _running;

    /// <summary>Half of the cores, and the usual queue.</summary>
    public SlowWork()
        : this(ThreadsByDefault, WaitingMaxByDefault)
    {
    }

    /// <summary>Half of the cores, at least one.</summary>
    public static int ThreadsByDefault => Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>Runs a function as soon as its turn comes.</summary>
    /// <param name="work">Without effects. Not begun once <paramref name="cancellation"/> is.</param>
    /// <param name="stranger">
    /// The address of a client that has not proved who it is (<see cref="RequestView.RemoteAddress"/>); null for a token holder, whose functions come first.
    /// </param>
    /// <param name="cancellation">Ends the wait, not a function that runs.</param>
    /// <returns>Null when too many wait: nothing is run.</returns>
    public Task<T>? TryRun<T>(Func<T> work, string? stranger, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(work);
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_running >= threads)
            {
                return TryQueue(() => Run(work, done, cancellation), stranger) ? done.Task.WaitAsync(cancellation) : null;
            }

            _running++;
        }

        new Thread(() => RunAll(() => Run(work, done, cancellation))) { IsBackground = true, Name = "slow work" }.Start();
        return done.Task.WaitAsync(cancellation);
    }

    private static void Run<T>(Func<T> work, TaskCompletionSource<T> done, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
        {
            // Nobody waits for it any more.
            done.TrySetCanceled(cancellation);
            return;
        }

        try
        {
            done.TrySetResult(work());
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // It is the failure of the request that waits for it, and of no other.
            done.TrySetException(error);
        }
    }

    private bool TryQueue(Action work, string? stranger)
    {
        if (stranger is not null)
        {
            return _ofStrangers.TryEnqueue(stranger, work, waitingMax);
        }

        if (_ofHolders.Count >= waitingMax)
        {
            return false;
        }

        _ofHolders.Enqueue(work);
        return true;
    }

    private void RunAll(Action first)
    {
        for (var next = first; next is not null; next = Next())
        {
            next();
        }
    }

    private Action? Next()
    {
        lock (_lock)
        {
            if (_ofHolders.TryDequeue(out var next) || _ofStrangers.TryDequeue(out next))
            {
                return next;
            }

            _running--;
            return null;
        }
    }
}
