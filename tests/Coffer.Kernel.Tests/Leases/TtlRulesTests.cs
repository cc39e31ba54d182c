using Coffer.Kernel.Leases;
using CsCheck;

namespace Coffer.Kernel.Tests.Leases;

public sealed class TtlRulesTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Minutes; zero means not given. The mount's default is 60 and its maximum 600 throughout.</summary>
    [Theory]
    [InlineData(0, 0, 0, 0, 0, 0, 60, false)]
    [InlineData(30, 0, 0, 0, 0, 0, 30, false)]
    [InlineData(0, 20, 0, 0, 0, 0, 20, false)]
    [InlineData(30, 20, 0, 0, 0, 0, 30, false)]
    [InlineData(600, 0, 0, 0, 0, 0, 600, false)]
    [InlineData(601, 0, 0, 0, 0, 0, 600, true)]
    [InlineData(200, 0, 100, 0, 0, 0, 100, true)]
    [InlineData(200, 0, 0, 50, 0, 0, 50, true)]
    [InlineData(0, 0, 30, 0, 0, 0, 30, true)]
    [InlineData(200, 0, 9000, 0, 0, 0, 200, false)]
    [InlineData(60, 0, 0, 0, 0, 590, 10, true)]
    [InlineData(60, 0, 0, 0, 0, 600, 0, true)]
    [InlineData(60, 0, 0, 0, 0, 9000, 0, true)]
    [InlineData(0, 0, 0, 0, 45, 0, 45, false)]
    [InlineData(30, 0, 0, 0, 45, 0, 45, false)]
    [InlineData(0, 0, 0, 0, 45, 9000, 45, false)]
    [InlineData(0, 0, 0, 100, 45, 90, 10, true)]
    [InlineData(0, 0, 0, 100, 45, 100, 0, true)]
    [InlineData(0, 0, 0, 0, 700, 0, 600, true)]
    public void The_table_of_ttls(int asked, int proposed, int ownMax, int explicitMax, int period, int age, int granted, bool warned)
    {
        var found = TtlRules.Grant(new TtlRequest
        {
            Asked = TimeSpan.FromMinutes(asked),
            Proposed = TimeSpan.FromMinutes(proposed),
            Default = TimeSpan.FromMinutes(60),
            Max = TimeSpan.FromMinutes(600),
            OwnMax = TimeSpan.FromMinutes(ownMax),
            ExplicitMax = TimeSpan.FromMinutes(explicitMax),
            Period = TimeSpan.FromMinutes(period),
            Issued = Start,
            Now = Start.AddMinutes(age),
        });

        Assert.Equal(TimeSpan.FromMinutes(granted), found.Ttl);
        Assert.Equal(warned, found.Warning is not null);
    }

    [Fact]
    public void Nothing_is_ever_granted_beyond_a_maximum_or_below_zero() =>
        Gen.Select(Gen.Int[0, 1000], Gen.Int[0, 1000], Gen.Int[0, 1000], Gen.Int[0, 1000], Gen.Int[0, 1000], Gen.Int[0, 2000]).Sample(
            (asked, ownMax, explicitMax, period, max, age) =>
            {
                var granted = TtlRules.Grant(new TtlRequest
                {
                    Asked = TimeSpan.FromMinutes(asked),
                    Default = TimeSpan.FromMinutes(60),
                    Max = TimeSpan.FromMinutes(max + 1),
                    OwnMax = TimeSpan.FromMinutes(ownMax),
                    ExplicitMax = TimeSpan.FromMinutes(explicitMax),
                    Period = TimeSpan.FromMinutes(period),
                    Issued = Start,
                    Now = Start.AddMinutes(age),
                }).Ttl.TotalMinutes;

                Assert.InRange(granted, 0, max + 1);
                Assert.True(explicitMax == 0 || granted <= Math.Max(0, explicitMax - age));
                Assert.True(period > 0 || granted <= Math.Max(0, max + 1 - age));
            });

    [Fact]
    public void Due_keys_are_in_order_of_time_and_read_back()
    {
        Gen.Select(Gen.Long[0, DateTimeOffset.MaxValue.UtcTicks], Gen.Long[0, DateTimeOffset.MaxValue.UtcTicks], Gen.String[Gen.Char["ab/0"], 1, 9]).Sample((a, b, name) =>
        {
            var (first, second) = (new DateTimeOffset(a, TimeSpan.Zero), new DateTimeOffset(b, TimeSpan.Zero));
            Assert.Equal((first, false, name), DueKeys.Parse(DueKeys.Lease(first, name)));
            Assert.Equal((second, true, name), DueKeys.Parse(DueKeys.Token(second, name)));
            Assert.Equal(Math.Sign(first.CompareTo(second)), Math.Sign(string.CompareOrdinal(DueKeys.Lease(first, name), DueKeys.Lease(second, name))));
        });
    }

    [Fact]
    public void A_due_key_is_the_same_in_whichever_zone_the_time_was_written()
    {
        var time = new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.FromHours(5));
        Assert.Equal(DueKeys.Lease(time, "x"), DueKeys.Lease(time.ToUniversalTime(), "x"));
    }
}
