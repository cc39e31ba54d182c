using System.Collections.Immutable;

namespace Coffer.Kernel.Telemetry;

/// <summary>Reads and writes of the store below the barrier. Writes of one commit share its duration, each of them took that long.</summary>
public sealed class StoreMetrics
{
    public Counter Gets { get; } = new("vault.barrier.get", "Entries that were read, with the time that took.", IsTimed: true);

    public Counter Puts { get; } = new("vault.barrier.put", "Entries that were written, with the time that their commits took.", IsTimed: true);

    public Counter Deletes { get; } = new("vault.barrier.delete", "Entries that were deleted, with the time that their commits took.", IsTimed: true);

    public Counter Lists { get; } = new("vault.barrier.list", "Pages of keys that were read, with the time that took.", IsTimed: true);

    internal ImmutableArray<Counter> All => [Gets, Puts, Deletes, Lists];
}
