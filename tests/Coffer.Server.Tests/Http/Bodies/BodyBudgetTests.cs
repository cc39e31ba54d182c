using Coffer.Kernel;
using Coffer.Server.Http.Bodies;

namespace Coffer.Server.Tests.Http.Bodies;

public sealed class BodyBudgetTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Those_who_wait_for_bytes_get_them_in_the_order_in_which_they_asked()
    {
        var budget = new BodyBudget(holdersMax: 10, strangersMax: 0);
        await budget.TakeAsHolderAsync(8, Cancel);
        var large = budget.TakeAsHolderAsync(9, Cancel).AsTask();
        var small = budget.TakeAsHolderAsync(1, Cancel).AsTask();

        Assert.False(large.IsCompleted || small.IsCompleted);
        Assert.False(budget.TryTakeAsHolder(1), "nobody overtakes who waits");
        budget.GiveBack(8, 0);
        await large;
        await small;
        Assert.Equal(10, budget.Held);
    }

    [Fact]
    public async Task Who_gives_up_waiting_takes_nothing_and_lets_the_next_one_go_on()
    {
        var budget = new BodyBudget(holdersMax: 10, strangersMax: 0);
        await budget.TakeAsHolderAsync(8, Cancel);
        using var hasty = new CancellationTokenSource();
        var large = budget.TakeAsHolderAsync(9, hasty.Token).AsTask();
        var small = budget.TakeAsHolderAsync(2, Cancel).AsTask();

        await hasty.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large);
        await small;
        budget.GiveBack(10, 0);
        Assert.Equal(0, budget.Held);
    }

    [Fact]
    public void What_strangers_hold_takes_nothing_from_token_holders()
    {
        var budget = new BodyBudget(holdersMax: 10, strangersMax: 5);

        Assert.True(budget.TryTakeAsStranger(5));
        Assert.False(budget.TryTakeAsStranger(1));
        Assert.True(budget.TryTakeAsHolder(10));
        budget.GiveBack(0, 5);
        Assert.True(budget.TryTakeAsStranger(1));
    }

    [Fact]
    public void A_listeners_largest_body_always_fits_the_share_of_token_holders()
    {
        Assert.True(BodyBudget.For([BodyLimits.TokenHoldersBytesMax * 4]).TryTakeAsHolder(BodyLimits.TokenHoldersBytesMax * 4));
        Assert.True(BodyBudget.For([]).TryTakeAsHolder(BodyLimits.TokenHoldersBytesMax));
    }

    [Fact]
    public void The_bounds_fit_each_other()
    {
        Assert.True(BodyLimits.UncountedBytes < BodyLimits.UnaskedBytes);
        Assert.True(BodyLimits.UnaskedBytes <= BodyLimits.StrangerBytesMax);
        Assert.True(BodyLimits.InitBytesMax * 8L <= BodyLimits.StrangersBytesMax, "one stranger must not use up the share of all");
        Assert.True(BodyLimits.TokenHoldersBytesMax >= 2 * Limits.RequestBytesMax);
        Assert.True(BodyLimits.ReadAheadBytes >= 64 * 1024, "the headers must fit what is read ahead");
    }
}
