using Coffer.Kernel.Transactions;
using Coffer.Storage;

namespace Coffer.Kernel.Clocks;

/// <summary>The kernel's time as the store last heard of it: what the next life of the server compares its clock with.</summary>
public sealed record ClockNote(DateTimeOffset Time)
{
    public const string StorageKey = "core/clock";

    internal static void Put(UnitOfWork work, DateTimeOffset now) => work.Put(StorageKey, new ClockNote(now), KernelJson.Default.ClockNote);

    internal static async ValueTask<DateTimeOffset?> ReadAsync(UnitOfWork work, CancellationToken cancellation) =>
        (await work.GetAsync(StorageKey, KernelJson.Default.ClockNote, cancellation))?.Time;
}

/// <summary>Looks at the clock every minute, so that a step does not go unnoticed on an idle server, and stores the time now and then.</summary>
internal sealed class ClockUpkeep(Transactor transactions, KernelClock clock, Action<string, Exception> onFailure)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMinutes(1);

    /// <summary>As exact as the comparison at the next start can be after a crash; a seal stores the time as well.</summary>
    private static readonly TimeSpan StoreEvery = TimeSpan.FromMinutes(10);

    /// <summary>Works until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var stored = clock.GetTimestamp();
        while (!cancellation.IsCancellationRequested)
        {
            await Task.Delay(LookEvery, clock, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _ = clock.GetUtcNow();
            _ = clock.Outside.Look();
            if (!cancellation.IsCancellationRequested && clock.GetElapsedTime(stored) >= StoreEvery)
            {
                stored = clock.GetTimestamp();
                await StoreAsync();
            }
        }
    }

    public async ValueTask StoreAsync()
    {
        try
        {
            await transactions.RunAsync(
                work =>
                {
                    ClockNote.Put(work, clock.GetUtcNow());
                    return ValueTask.CompletedTask;
                },
                CancellationToken.None);
        }
        catch (StoreUnavailableException error)
        {
            onFailure("the time could not be stored; the next start compares its clock with an earlier one", error);
        }
    }
}
