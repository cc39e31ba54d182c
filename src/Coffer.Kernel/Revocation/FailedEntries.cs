using Coffer.Kernel.Leases;

namespace Coffer.Kernel.Revocation;

/// <summary>Entries of the due index whose end has failed, and which wait for their next try. May be called from many threads at once.</summary>
/// <param name="clock">The time by which things are ended.</param>
internal sealed class FailedEntries(TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly List<(DueEntry Entry, bool IsSetAside, DateTimeOffset Until)> _waiting = [];

    /// <summary>When the first pause is over; null when nothing waits.</summary>
    public DateTimeOffset? NextEnd
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count == 0 ? null : _waiting.Min(failed => failed.Until);
            }
        }
    }

    /// <returns>When the pause is over.</returns>
    public DateTimeOffset Add(DueEntry entry, bool isSetAside, TimeSpan pause)
    {
        lock (_lock)
        {
            var until = clock.GetUtcNow() + pause;
            _waiting.Add((entry, isSetAside, until));
            return until;
        }
    }

    /// <summary>Takes out the entries whose pause is over.</summary>
    public IReadOnlyList<(DueEntry Entry, bool IsSetAside)> TakeOver()
    {
        lock (_lock)
        {
            var now = clock.GetUtcNow();
            var over = _waiting.Where(failed => failed.Until <= now).Select(failed => (failed.Entry, failed.IsSetAside)).ToArray();
            _waiting.RemoveAll(failed => failed.Until <= now);
            return over;
        }
    }
}
