using Coffer.Barrier;
using Coffer.Kernel.Background;
using Coffer.Kernel.Bounds;
using Coffer.Sdk.Primitives;
using Coffer.Storage;

namespace Coffer.Kernel.Transactions;

/// <summary>Starts units of work, and runs the kernel's own steps until they commit.</summary>
/// <param name="clock">The timers that pauses between tries go by.</param>
/// <param name="random">Draws how long those pauses are.</param>
public sealed class Transactor(IStore store, EntryCipher cipher, TimeProvider clock, IRandom random)
{
    private readonly RetryPause _pause = new(clock, random);
    private readonly EntryQueues _queues = new();
    private readonly LargeValues _large = new(clock);

    /// <summary>Called when a commit makes a run of a task due.</summary>
    internal DueSignal TaskDue { get; } = new();

    /// <summary>Starts the unit of work of a request: it waits before it reads large values while others do. Dispose it when the answer is made.</summary>
    /// <param name="turn">What <see cref="TakeTurnAsync"/> gave after a try that failed.</param>
    public UnitOfWork BeginRequest(EntryTurn? turn = null) => new(store, cipher, _queues, TaskDue, turn, _large);

    /// <param name="turn">What <see cref="TakeTurnAsync"/> gave after a try that failed.</param>
    public UnitOfWork Begin(EntryTurn? turn = null) => new(store, cipher, _queues, TaskDue, turn);

    /// <summary>Waits until a unit of work that met a change by others may be tried again.</summary>
    /// <param name="failed">The unit of work that was not committed.</param>
    /// <param name="attempt">Tries so far, from one.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The turn to begin the next try with; it must be ended. Null: none is needed.</returns>
    /// <exception cref="ContendedException">Too many wait for that entry already.</exception>
    /// <exception cref="OperationCanceledException">Cancelled first.</exception>
    public async ValueTask<EntryTurn?> TakeTurnAsync(UnitOfWork failed, int attempt, CancellationToken cancellation)
    {
        var changed = await failed.FindChangedAsync(cancellation);
        if (changed is null || failed.Turn?.Key == changed)
        {
            await _pause.WaitAsync(attempt, cancellation);
            return failed.Turn;
        }

        // Nobody waits for one entry while others wait for its own, or two could wait for each other.
        failed.Turn?.Dispose();
        return await _queues.EnterAsync(changed, cancellation);
    }

    /// <summary>Runs a step until its commit succeeds, on a full disk as well: steps finish or end what was begun. The step must have no effect outside its unit of work.</summary>
    /// <exception cref="StoreUnavailableException">The store is away, and the outcome of the last try is unknown; or too many change the same entry.</exception>
    public async ValueTask<T> RunAsync<T>(Func<UnitOfWork, ValueTask<T>> step, CancellationToken cancellation)
    {
        EntryTurn? turn = null;
        try
        {
            for (var attempt = 1; attempt <= Limits.CommitAttemptsMax; attempt++)
            {
                cancellation.ThrowIfCancellationRequested();
                var work = Begin(turn);
                work.Frees = true;
                try
                {
                    var result = await step(work);
                    if (await work.CommitAsync())
                    {
                        return result;
                    }
                }
                catch (ConflictException)
                {
                    // Seen half-way instead of at the commit: the same as a failed commit.
                }

                turn = await TakeTurnAsync(work, attempt, cancellation);
            }
        }
        catch (ContendedException contended)
        {
            throw new StoreUnavailableException(contended.Message, contended);
        }
        finally
        {
            turn?.Dispose();
        }

        throw new StoreUnavailableException("the same entries were changed by others too often; try again");
    }

    /// <summary>As <see cref="RunAsync{T}"/>, for a step without a result.</summary>
    public async ValueTask RunAsync(Func<UnitOfWork, ValueTask> step, CancellationToken cancellation) =>
        await RunAsync<object?>(
            async work =>
            {
                await step(work);
                return null;
            },
            cancellation);
}
