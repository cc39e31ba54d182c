namespace Coffer.Secrets.Aws.Credentials;

/// <summary>When AWS itself ends a user's rights.</summary>
internal static class HardEnd
{
    /// <summary>
    /// The moment after which no renewal can reach, in whole seconds, rounded up: policies know no fractions, and the key has to last as long as the
    /// lease. There is no allowance for AWS's clock: one that runs ahead of ours ends a key that much early, at its very last.
    /// </summary>
    /// <param name="issueTime">When the lease began.</param>
    /// <param name="max">How long it may live with all renewals.</param>
    /// <param name="ownerEnd">When its owner is gone for good, and the lease with it; null for never.</param>
    public static DateTimeOffset After(DateTimeOffset issueTime, TimeSpan max, DateTimeOffset? ownerEnd)
    {
        var end = ownerEnd < issueTime + max ? ownerEnd.Value : issueTime + max;
        var part = end.Ticks % TimeSpan.TicksPerSecond;
        return part == 0 ? end : end.AddTicks(TimeSpan.TicksPerSecond - part);
    }
}
