using Coffer.Kernel.Identity;
using Coffer.Kernel.Leases;
using Coffer.Kernel.Tokens;
using Coffer.Kernel.Transactions;
using Coffer.Storage;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary>How much the store holds. Counting reads every key, a page at a time, so a count is good for ten minutes.</summary>
/// <param name="Leases">Leases of dynamic secrets and of tokens.</param>
/// <param name="Tokens">Service tokens.</param>
/// <param name="Entities">Identity entities.</param>
internal sealed record Usage(DateTimeOffset At, long Leases, long Tokens, long Entities)
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromMinutes(10);

    public bool IsGood(DateTimeOffset now) => now >= At && now - At < GoodFor;

    public static async ValueTask<Usage> CountAsync(UnitOfWork work, DateTimeOffset now, CancellationToken cancellation) => new(
        now,
        await CountAsync(work, LeaseKeys.Records, cancellation),
        await CountAsync(work, TokenKeys.Records, cancellation),
        await CountAsync(work, IdentityKeys.Entities, cancellation));

    /// <summary>Keys below a prefix.</summary>
    public static async ValueTask<long> CountAsync(UnitOfWork work, string prefix, CancellationToken cancellation)
    {
        var count = 0L;
        string? after = null;
        while (true)
        {
            var page = await work.ScanAsync(prefix, after, StoreLimits.ScanMax, cancellation);
            count += page.Count;
            if (page.Count < StoreLimits.ScanMax)
            {
                return count;
            }

            after = page[^1];
        }
    }
}
