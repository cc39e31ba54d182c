using Coffer.Kernel.Quotas;

namespace Coffer.Kernel.Tests.Quotas;

public class RateBucketsTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void A_bucket_fills_evenly_and_never_above_its_size()
    {
        var buckets = Of(rate: 6, interval: 60);
        Assert.All(Enumerable.Range(0, 6), left => Assert.Equal((true, 5L - left), (buckets.Take("a", Start) is var s && s.Allowed, s.Remaining)));

        var refused = buckets.Take("a", Start);
        Assert.Equal((false, 10.0), (refused.Allowed, refused.RetryAfter.TotalSeconds));
        Assert.True(buckets.Take("b", Start).Allowed);

        Assert.False(buckets.Take("a", Start.AddSeconds(9.9)).Allowed);
        Assert.True(buckets.Take("a", Start.AddSeconds(10)).Allowed);
        Assert.False(buckets.Take("a", Start.AddSeconds(10)).Allowed);
        Assert.Equal(5, buckets.Take("a", Start.AddDays(3)).Remaining);
    }

    [Fact]
    public void Who_went_over_the_limit_is_blocked_for_as_long_as_the_rule_says()
    {
        var buckets = Of(rate: 1, interval: 1, block: 30);
        Assert.True(buckets.Take("a", Start).Allowed);

        Assert.Equal(30, buckets.Take("a", Start).RetryAfter.TotalSeconds);
        Assert.Equal(10, buckets.Take("a", Start.AddSeconds(20)).RetryAfter.TotalSeconds);
        Assert.True(buckets.Take("a", Start.AddSeconds(30)).Allowed);
    }

    [Fact]
    public void A_clock_that_is_set_back_gives_nothing_away_and_locks_nobody_out()
    {
        var buckets = Of(rate: 1, interval: 1);
        Assert.True(buckets.Take("a", Start).Allowed);

        Assert.False(buckets.Take("a", Start.AddHours(-1)).Allowed);
        Assert.True(buckets.Take("a", Start.AddHours(-1).AddSeconds(1)).Allowed);

        var blocking = Of(rate: 1, interval: 1, block: 30);
        blocking.Take("a", Start);
        Assert.Equal(30, blocking.Take("a", Start).RetryAfter.TotalSeconds);
        Assert.Equal(30, blocking.Take("a", Start.AddHours(-1)).RetryAfter.TotalSeconds);
        Assert.True(blocking.Take("a", Start.AddHours(-1).AddSeconds(30)).Allowed);
    }

    [Fact]
    public void CVE_2023_5954_memory_is_bounded_however_many_addresses_come_and_the_limit_still_holds()
    {
        var buckets = Of(rate: 2, interval: 60);
        for (var i = 0; i < 3 * RateBuckets.AddressesMax; i++)
        {
            buckets.Take($"10.0.{i / 256}.{i % 256}", Start);
        }

        Assert.InRange(buckets.Count, 1, RateBuckets.AddressesMax + 1);
        Assert.False(buckets.Take("a newcomer", Start).Allowed);
        Assert.True(buckets.Take("a newcomer", Start.AddMinutes(2)).Allowed);
        Assert.InRange(buckets.Count, 1, 2);
    }

    private static RateBuckets Of(double rate, double interval, double block = 0) => new(new QuotaRule
    {
        Name = "q",
        Kind = QuotaKind.RateLimit,
        Rate = rate,
        Interval = TimeSpan.FromSeconds(interval),
        BlockInterval = TimeSpan.FromSeconds(block),
    });
}
