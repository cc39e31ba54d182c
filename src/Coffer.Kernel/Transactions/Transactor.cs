using Coffer.Barrier;
using Coffer.Storage;

namespace Coffer.Kernel.Transactions;

/// <summary>Starts units of work, and runs the kernel's own steps until they commit.</summary>
public sealed class Transactor(IStore store, EntryCipher cipher, DecodedCache cache)
{
    public UnitOfWork Begin() => new(store, cipher, cache);

    /// <summary>Runs a step until its commit succeeds, on a full disk as well: steps finish or end what was begun. The step must have no effect outside its unit of work.</summary>
    /// <exception cref="StoreUnavailableException">The store is away; the outcome of the last try is unknown.</exception>
    public async ValueTask<T> RunAsync<T>(Func<UnitOfWork, ValueTask<T>> step, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            cancellation.ThrowIfCancellationRequested();
            var work = Begin();
            work.Frees = true;
            try
            {
                var result = await step(work);
                if (await work.CommitAsync())
                {
                    return result;
                }
            }
            catch (ConflictException) when (attempt < Limits.CommitAttemptsMax)
            {
                // Seen half-way instead of at the commit: the same as a failed commit.
            }

            if (attempt >= Limits.CommitAttemptsMax)
            {
                throw new StoreUnavailableException("the same entries were changed by others too often; try again");
            }

            await Task.Yield();
        }
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
