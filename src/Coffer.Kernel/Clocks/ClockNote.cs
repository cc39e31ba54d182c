using Coffer.Kernel.Transactions;

namespace Coffer.Kernel.Clocks;

/// <summary>The kernel's time when it was last stored. The next start of the server compares its clock with it.</summary>
public sealed record ClockNote(DateTimeOffset Time)
{
    public const string StorageKey = "core/clock";

    internal static void Put(UnitOfWork work, DateTimeOffset now) => work.Put(StorageKey, new ClockNote(now), ClocksJsonContext.Default.ClockNote);

    internal static async ValueTask<DateTimeOffset?> ReadAsync(UnitOfWork work, CancellationToken cancellation) =>
        (await work.GetAsync(StorageKey, ClocksJsonContext.Default.ClockNote, cancellation))?.Time;
}
