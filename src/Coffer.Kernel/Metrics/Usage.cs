using Coffer.Kernel.Identity;
using Coffer.Kernel.Leases;
using Coffer.Kernel.Tokens;
using Coffer.Kernel.Transactions;

namespace Coffer.Kernel.Metrics;

/// <summary>
/// How much the store holds. Counting reads every key, a page at a time, so a count is good for <see cref="GoodFor"/>, and for twenty times as long as it
/// took: however much there is to count, reading the counts again and again costs a twentieth of the time.
/// </summary>
/// <param name="At">When it began to count.</param>
/// <param name="Took">How long that took.</param>
/// <param name="Leases">Leases of dynamic secrets and of tokens.</param>
/// <param name="Tokens">Service tokens.</param>
/// <param name="Entities">Identity entities.</param>
internal sealed record Usage(DateTimeOffset At, TimeSpan Took, long Leases, long Tokens, long Entities)
{
    private const int TimesTaken = 20;

    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(10);

    public bool IsGood(DateTimeOffset now) => now >= At && (now - At < GoodFor || now - At < Took * TimesTaken);

    public static async ValueTask<Usage> CountAsync(UnitOfWork work, TimeProvider clock, CancellationToken cancellation)
    {
        var (at, begin) = (clock.GetUtcNow(), clock.GetTimestamp());
        var leases = await work.CountAsync(LeaseKeys.Records, cancellation);
        var tokens = await work.CountAsync(TokenKeys.Records, cancellation);
        var entities = await work.CountAsync(IdentityKeys.Entities, cancellation);
        return new Usage(at, clock.GetElapsedTime(begin), leases, tokens, entities);
    }
}
