namespace Coffer.Kernel.Telemetry;

/// <summary>How often something happened, and how long it took in all where that is measured. Adding takes no lock and no memory.</summary>
/// <param name="Name">As Vault calls it, with dots.</param>
/// <param name="Help">One sentence for the readers of the metrics.</param>
/// <param name="IsTimed">Durations are added as well.</param>
public sealed record Counter(string Name, string Help, bool IsTimed = false)
{
    private long _count;
    private long _ticks;

    public long Count => Interlocked.Read(ref _count);

    /// <summary>All durations together.</summary>
    public TimeSpan Total => new(Interlocked.Read(ref _ticks));

    public void Add() => Interlocked.Increment(ref _count);

    public void Add(TimeSpan duration)
    {
        Interlocked.Increment(ref _count);
        Interlocked.Add(ref _ticks, duration.Ticks);
    }
}
