using System.Globalization;
using Coffer.Kernel.Policies;
using Coffer.Policies;
using Coffer.Policies.Explain;
using Coffer.Policies.Tests;

namespace Coffer.Kernel.Tests.Policies;

public sealed class RecentDecisionsTests
{
    private static readonly AclRequest Read = new("x", AclOperation.Read);
    private static readonly Acl Everything = AclTesting.Acl("path \"*\" { capabilities = [\"read\"] }");

    [Fact]
    public void Decisions_stay_within_their_bound_and_the_oldest_are_forgotten_first()
    {
        var decisions = new RecentDecisions(20_000, 10_000);
        for (var i = 0; i < 10_000; i++)
        {
            decisions.Add(Refusal(i, pathLength: i % 97));
            decisions.Add(Allowed(100_000 + i, pathLength: i % 31));
            Assert.InRange(decisions.Bytes, 1, 30_000);
        }

        Assert.Null(decisions.Find("0"));
        Assert.NotNull(decisions.Find("9999"));
        Assert.NotNull(decisions.Find("109999"));
    }

    [Fact]
    public void Allowed_requests_of_any_size_stay_within_their_bound()
    {
        var decisions = new RecentDecisions(0, 20_000);
        var random = new Random(7);
        for (var i = 0; i < 10_000; i++)
        {
            decisions.Add(Allowed(i, random.Next(4_000)));
            Assert.InRange(decisions.Bytes, 1, 20_000);
            Assert.NotNull(decisions.Find(i.ToString(CultureInfo.InvariantCulture)));
        }
    }

    [Fact]
    public void What_is_allowed_does_not_push_out_what_was_refused()
    {
        var decisions = new RecentDecisions(10_000, 10_000);
        decisions.Add(Refusal(1));
        for (var i = 10; i < 1000; i++)
        {
            decisions.Add(Allowed(i));
        }

        Assert.NotNull(decisions.Find("1"));
        Assert.Null(decisions.Find("10"));
    }

    [Fact]
    public void A_decision_larger_than_its_bound_is_not_kept_and_pushes_nothing_out()
    {
        var decisions = new RecentDecisions(10_000, 10_000);
        decisions.Add(Refusal(1));
        decisions.Add(Refusal(2, pathLength: 20_000));
        decisions.Add(Allowed(3));
        decisions.Add(Allowed(4, pathLength: 20_000));

        Assert.NotNull(decisions.Find("1"));
        Assert.Null(decisions.Find("2"));
        Assert.NotNull(decisions.Find("3"));
        Assert.Null(decisions.Find("4"));
    }

    [Fact]
    public void An_allowed_request_is_explained_by_what_was_kept_of_it()
    {
        var decisions = new RecentDecisions(10_000, 10_000);
        decisions.Add(Allowed(1) with
        {
            Accessor = "accessor",
            EntityId = "entity",
            TokenPolicies = ["default"],
            IdentityPolicies = [new("staff", "group")],
            Decision = Acl.Root.Decide(Read),
        });

        var explained = decisions.Find("1")!;

        Assert.True(explained is { IsAllowed: true, IsRoot: true, Capability: AclCapabilities.Read, Token: TokenState.Valid, WouldAllow: null });
        Assert.Equal(("accessor", "entity"), (explained.Accessor, explained.EntityId));
        Assert.Equal(["default"], explained.TokenPolicies);
        Assert.Equal(["staff"], explained.IdentityPolicies.Select(origin => origin.Policy));
        Assert.True(explained.Skipped.IsEmpty);
    }

    [Fact]
    public async Task Requests_that_are_recorded_at_once_are_all_found()
    {
        var decisions = new RecentDecisions(0, 1_000_000);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(part => Task.Run(() =>
        {
            for (var i = 0; i < 100; i++)
            {
                decisions.Add(Allowed(part * 100 + i));
            }
        })));

        Assert.All(Enumerable.Range(0, 800), id => Assert.NotNull(decisions.Find(id.ToString(CultureInfo.InvariantCulture))));
    }

    private static Explanation Refusal(int id, int pathLength = 10) => new()
    {
        RequestId = id.ToString(CultureInfo.InvariantCulture),
        Time = DateTimeOffset.UnixEpoch,
        Path = new string('x', pathLength),
        Operation = "read",
        Token = TokenState.Valid,
    };

    private static AllowedRequest Allowed(int id, int pathLength = 10) => new()
    {
        RequestId = id.ToString(CultureInfo.InvariantCulture),
        Time = DateTimeOffset.UnixEpoch,
        Path = new string('x', pathLength),
        Operation = "read",
        Decision = Everything.Decide(Read),
    };
}
