namespace Coffer.Server.Http;

/// <summary>
/// Gives memory back to the system after large bodies and answers. The runtime keeps what they took until its next full collection, and an idle server
/// may have none for hours.
/// </summary>
/// <param name="collect">Collects everything and gives back what is free.</param>
internal sealed class MemoryReturn(TimeProvider clock, Action collect) : IDisposable
{
    /// <summary>So much is used by large bodies and answers before it is worth a collection.</summary>
    public const long WorthBytes = 64 * 1024 * 1024;

    /// <summary>A collection stops all requests for a moment, so there is at most one in this time.</summary>
    public static readonly TimeSpan Between = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private long _used;
    private ITimer? _timer;

    /// <summary>One that collects for this process.</summary>
    public static MemoryReturn OfProcess(TimeProvider clock) => new(clock, static () => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true));

    /// <summary>A body or an answer of so many bytes is no longer held.</summary>
    public void Used(long bytes)
    {
        lock (_lock)
        {
            _used += bytes;
            if (_used >= WorthBytes && _timer is null)
            {
                _timer = clock.CreateTimer(_ => Collect(), null, Between, Timeout.InfiniteTimeSpan);
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _timer?.Dispose();
        }
    }

    private void Collect()
    {
        lock (_lock)
        {
            _used = 0;
            _timer?.Dispose();
            _timer = null;
        }

        collect();
    }
}
