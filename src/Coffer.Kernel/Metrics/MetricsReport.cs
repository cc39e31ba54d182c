using Coffer.Kernel.Clocks;
using Coffer.Kernel.Revocation;
using Coffer.Kernel.Seal;
using Coffer.Kernel.Transactions;

namespace Coffer.Kernel.Metrics;

/// <summary>Knows what the gauges of an unsealed server measure.</summary>
internal sealed class MetricsReport(Transactor transactions, RevocationLanes lanes, KernelClock clock, Quarantine quarantine)
{
    private readonly Lock _lock = new();
    private Task<Usage>? _count;
    private volatile Usage? _last;

    /// <summary>What the store held when it was last counted; null before that.</summary>
    public Usage? LastUsage => _last;

    public bool IsQuarantined => quarantine.Older is not null;

    /// <summary>What is due and was not ended in time, the furthest behind first.</summary>
    public IReadOnlyList<LateMount> Late() => lanes.Late();

    /// <summary>What the store holds, as old as <see cref="Usage.IsGood"/> allows. Counted once for all who ask at the same time.</summary>
    public async ValueTask<Usage> UsageAsync(CancellationToken cancellation)
    {
        Task<Usage> count;
        lock (_lock)
        {
            if (_count is null or { IsCompleted: true, IsCompletedSuccessfully: false } || (_count.IsCompletedSuccessfully && !_count.Result.IsGood(clock.GetUtcNow())))
            {
                // Not ended with the request that begins it: others may wait for it as well.
                _count = CountAsync();
            }

            count = _count;
        }

        return await count.WaitAsync(cancellation);
    }

    private async Task<Usage> CountAsync()
    {
        var usage = await Usage.CountAsync(transactions.Begin(), clock, CancellationToken.None);
        _last = usage;
        return usage;
    }
}
