namespace Coffer.Kernel.Revocation;

/// <summary>Calls of a creation that got no answer: how long the outside system may still carry one out, and when to look for what it made.</summary>
/// <param name="Life">Counted from the last moment at which the call can have been sent, <see cref="Shortest"/> to <see cref="Longest"/>.</param>
public sealed record LateCalls(TimeSpan Life)
{
    /// <summary>The default. AWS takes no call whose signature is older than this.</summary>
    public static readonly TimeSpan Standard = TimeSpan.FromMinutes(15);

    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(10);

    public static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(5);

    /// <summary>So that what comes late lives no longer than this.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    /// <summary>When to look again for what may come until <paramref name="until"/>: often at first, then by the minute, and once when that time is over.</summary>
    public DateTimeOffset NextLook(DateTimeOffset until, DateTimeOffset now)
    {
        var wait = (now - (until - Life)) / 2;
        var next = now + (wait < FirstWait ? FirstWait : wait > LongestWait ? LongestWait : wait);
        return next < until ? next : until;
    }
}
