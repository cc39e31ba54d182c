using Coffer.Kernel.Background;
using Coffer.Kernel.Transactions;
using Coffer.Storage;
using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.Clocks;

/// <summary>Looks at the clock every minute, so that a step does not go unnoticed on an idle server, and stores the time now and then.</summary>
internal sealed class ClockUpkeep(Transactor transactions, KernelClock clock, ILogger log) : IBackgroundWork
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMinutes(1);

    /// <summary>As exact as the comparison at the next start can be after a crash; a seal stores the time as well.</summary>
    private static readonly TimeSpan StoreEvery = TimeSpan.FromMinutes(10);

    private long _stored = clock.GetTimestamp();

    public string Name => "upkeep of the clock";

    public DueSignal Due { get; } = new();

    public bool WaitsForRelease => false;

    public TimeSpan RetryAfter => LookEvery;

    public async ValueTask<DateTimeOffset> StepAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        // The scheduler's look at the clock was the look at its steps.
        _ = clock.Outside.Look();
        if (clock.GetElapsedTime(_stored) >= StoreEvery)
        {
            _stored = clock.GetTimestamp();
            await StoreAsync();
        }

        return now + LookEvery;
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
            ClockLog.NotStored(log, error);
        }
    }
}
