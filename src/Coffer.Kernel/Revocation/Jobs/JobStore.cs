using Coffer.Kernel.Transactions;
using Coffer.Sdk.Primitives;

namespace Coffer.Kernel.Revocation.Jobs;

/// <summary>Reads and writes jobs, which stand in the order in which they began.</summary>
internal static class JobStore
{
    /// <summary>How long a job that has ended can be looked at.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(7);

    public const string Records = "lease/job/";

    private const int RandomCharacters = 8;
    private const int IdCharacters = 8 + RandomCharacters;
    private const int Dropped = 32;

    public static string NewId(DateTimeOffset now, IRandom random) => RandomText.TimeOrdered(now) + random.Base62(RandomCharacters);

    public static void Put(UnitOfWork work, RevocationJob job) => work.Put(Records + job.Id, job, JobsJsonContext.Default.RevocationJob);

    public static async ValueTask<RevocationJob?> FindAsync(UnitOfWork work, string id, CancellationToken cancellation) =>
        id.Length == IdCharacters && id.All(char.IsAsciiLetterOrDigit)
            ? await work.GetAsync(Records + id, JobsJsonContext.Default.RevocationJob, cancellation)
            : null;

    /// <summary>A page of them, oldest first, and the cursor of the next page; empty when there is none.</summary>
    public static async ValueTask<(IReadOnlyList<RevocationJob> Jobs, string Next)> PageAsync(
        UnitOfWork work, string after, int limit, CancellationToken cancellation)
    {
        var keys = await work.ScanAsync(Records, after.Length == 0 ? null : Records + after, limit, cancellation);
        var jobs = new List<RevocationJob>(keys.Count);
        foreach (var key in keys)
        {
            if (await work.GetAsync(key, JobsJsonContext.Default.RevocationJob, cancellation) is { } job)
            {
                jobs.Add(job);
            }
        }

        return (jobs, keys.Count < limit ? "" : keys[^1][Records.Length..]);
    }

    /// <summary>Drops a few of the oldest that have ended long enough ago. Called when one ends, so they do not add up.</summary>
    public static async ValueTask DropOldAsync(UnitOfWork work, DateTimeOffset now, CancellationToken cancellation)
    {
        var (jobs, _) = await PageAsync(work, "", Dropped, cancellation);
        foreach (var job in jobs.Where(job => job.EndTime < now - KeptFor))
        {
            work.Delete(Records + job.Id);
        }
    }
}
