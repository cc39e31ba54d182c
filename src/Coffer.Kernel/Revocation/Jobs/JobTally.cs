namespace Coffer.Kernel.Revocation.Jobs;

/// <summary>What came of one page of leases; added to by several revocations at once.</summary>
internal sealed class JobTally
{
    private readonly Lock _lock = new();

    public long Revoked { get; private set; }

    public long Failed { get; private set; }

    public string FirstError { get; private set; } = "";

    public string FirstFailedLease { get; private set; } = "";

    public void Add(string id, string? error)
    {
        lock (_lock)
        {
            if (error is null)
            {
                Revoked++;
                return;
            }

            if (Failed++ == 0)
            {
                (FirstError, FirstFailedLease) = (error, id);
            }
        }
    }

    /// <summary>The job with this page added.</summary>
    public RevocationJob AddedTo(RevocationJob job) => job with
    {
        Revoked = job.Revoked + Revoked,
        Failed = job.Failed + Failed,
        FirstError = job.FirstError.Length > 0 ? job.FirstError : FirstError,
        FirstFailedLease = job.FirstFailedLease.Length > 0 ? job.FirstFailedLease : FirstFailedLease,
    };
}
