using System.Globalization;
using Coffer.Kernel.Policies.Explain;
using Coffer.Kernel.Tokens;

namespace Coffer.Kernel.Tests.Policies.Explain;

public sealed class DecisionLogTests
{
    [Fact]
    public void The_log_stays_within_its_bound_and_forgets_the_oldest_first()
    {
        var log = new RecentDecisions(20_000, 10_000);
        for (var i = 0; i < 10_000; i++)
        {
            log.Add(Decision(i, isAllowed: false, pathLength: i % 97));
            log.Add(Decision(100_000 + i, isAllowed: true, pathLength: i % 31));
            Assert.InRange(log.Bytes, 1, 30_000);
        }

        Assert.Null(log.Find("0"));
        Assert.NotNull(log.Find("9999"));
        Assert.NotNull(log.Find("109999"));
    }

    [Fact]
    public void What_is_allowed_does_not_push_out_what_was_refused()
    {
        var log = new RecentDecisions(10_000, 10_000);
        log.Add(Decision(1, isAllowed: false));
        for (var i = 10; i < 1000; i++)
        {
            log.Add(Decision(i, isAllowed: true));
        }

        Assert.NotNull(log.Find("1"));
        Assert.Null(log.Find("10"));
    }

    [Fact]
    public void A_decision_larger_than_the_log_is_not_kept_and_pushes_nothing_out()
    {
        var log = new RecentDecisions(10_000, 10_000);
        log.Add(Decision(1, isAllowed: false));
        log.Add(Decision(2, isAllowed: false, pathLength: 20_000));

        Assert.NotNull(log.Find("1"));
        Assert.Null(log.Find("2"));
    }

    private static Explanation Decision(int id, bool isAllowed, int pathLength = 10) => new()
    {
        RequestId = id.ToString(CultureInfo.InvariantCulture),
        Time = DateTimeOffset.UnixEpoch,
        Path = new string('x', pathLength),
        Operation = "read",
        Token = TokenState.Valid,
        IsAllowed = isAllowed,
    };
}
