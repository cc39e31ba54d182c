using System.Diagnostics.Metrics;

namespace Coffer.Kernel.Telemetry;

/// <summary>Calls of the store below the barrier, those that failed included. Writes of one commit share its duration: each of them took that long.</summary>
internal sealed class StoreMetrics(Meter meter)
{
    public Histogram<double> Gets { get; } = meter.Timing("vault.barrier.get", "Time to read an entry.");

    public Histogram<double> Puts { get; } = meter.Timing("vault.barrier.put", "Time of the commit that wrote an entry.");

    public Histogram<double> Deletes { get; } = meter.Timing("vault.barrier.delete", "Time of the commit that deleted an entry.");

    public Histogram<double> Lists { get; } = meter.Timing("vault.barrier.list", "Time to read a page of keys.");
}
