namespace Coffer.Kernel.Revocation.Jobs;

/// <summary>
/// Jobs that wait to be worked on, in the order in which they came, and how many of each mount are under way: no more than <see cref="Limits.JobsPerMount"/>.
/// May be called from many threads at once.
/// </summary>
internal sealed class JobQueue
{
    private readonly Lock _lock = new();
    private readonly List<(string Id, DateTimeOffset From)> _waiting = [];
    private readonly Dictionary<string, int> _underWay = new(StringComparer.Ordinal);

    /// <summary>Adds a job; one that waits for its next try waits no longer than this.</summary>
    /// <param name="from">It is not begun before.</param>
    public void Add(string id, DateTimeOffset from)
    {
        lock (_lock)
        {
            var at = _waiting.FindIndex(job => job.Id == id);
            if (at < 0)
            {
                _waiting.Add((id, from));
            }
            else if (from < _waiting[at].From)
            {
                _waiting[at] = (id, from);
            }
        }
    }

    /// <summary>Jobs that may begin at this time, if their mount has room.</summary>
    public IReadOnlyList<string> Due(DateTimeOffset now)
    {
        lock (_lock)
        {
            return [.. _waiting.Where(job => job.From <= now).Select(job => job.Id)];
        }
    }

    /// <summary>When the next job that waits for another try is due; <see cref="DateTimeOffset.MaxValue"/> when none does.</summary>
    public DateTimeOffset NextRetry(DateTimeOffset now)
    {
        lock (_lock)
        {
            return _waiting.Where(job => job.From > now).Select(job => job.From).DefaultIfEmpty(DateTimeOffset.MaxValue).Min();
        }
    }

    /// <summary>Takes a job out of the queue and counts it as under way, unless its mount has no room.</summary>
    public bool TryTake(string id, string mount)
    {
        lock (_lock)
        {
            var count = _underWay.GetValueOrDefault(mount);
            if (count >= Limits.JobsPerMount)
            {
                return false;
            }

            _underWay[mount] = count + 1;
            _waiting.RemoveAll(job => job.Id == id);
            return true;
        }
    }

    /// <summary>A job of this mount is no longer under way.</summary>
    public void End(string mount)
    {
        lock (_lock)
        {
            if (--_underWay[mount] == 0)
            {
                _underWay.Remove(mount);
            }
        }
    }
}
