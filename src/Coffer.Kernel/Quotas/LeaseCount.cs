namespace Coffer.Kernel.Quotas;

/// <summary>
/// The state of one limit of leases: how many there may be at most by now. It counts up with every lease that is made and learns of ended ones
/// by counting the leases in the store again, once the limit seems reached.
/// </summary>
/// <param name="count">Counts the leases that are in the store.</param>
internal sealed class LeaseCount(long max, Func<CancellationToken, ValueTask<long>> count)
{
    private static readonly TimeSpan BetweenCounts = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private bool _known;
    private long _stored;
    private long _made;
    private long _pending;
    private DateTimeOffset _countedAt;

    /// <summary>Takes a place for a lease that is about to be committed; false when there is none.</summary>
    public async ValueTask<bool> TryTakeAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        if (TryTake())
        {
            return true;
        }

        long madeBefore;
        lock (_lock)
        {
            if (_known && (now - _countedAt).Duration() < BetweenCounts)
            {
                return false;
            }

            _countedAt = now;
            madeBefore = _made;
        }

        // What is committed while this runs may be counted twice and never not at all.
        var stored = await count(cancellation);
        lock (_lock)
        {
            _stored = stored;
            _made -= madeBefore;
            _known = true;
        }

        return TryTake();
    }

    /// <summary>Gives a place back, or keeps it for the lease that was made.</summary>
    public void Settle(bool made)
    {
        lock (_lock)
        {
            _pending--;
            _made += made ? 1 : 0;
        }
    }

    private bool TryTake()
    {
        lock (_lock)
        {
            if (!_known || _stored + _made + _pending >= max)
            {
                return false;
            }

            _pending++;
            return true;
        }
    }
}
