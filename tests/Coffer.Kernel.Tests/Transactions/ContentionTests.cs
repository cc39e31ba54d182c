using Coffer.Kernel.Tests.Harness;
using Coffer.Kernel.Transactions;
using CsCheck;

namespace Coffer.Kernel.Tests.Transactions;

/// <summary>Many requests that change one entry are all served, in turn, up to a bound.</summary>
public sealed class ContentionTests
{
    [Theory]
    [InlineData(200)]
    [InlineData(1000)]
    public async Task Writers_of_one_entry_are_all_served(int writers)
    {
        await using var harness = await KernelHarness.StartAsync();
        harness.Store.BeforeCommit = async _ => await Task.Yield();

        var answers = await Task.WhenAll(Enumerable.Range(0, writers).Select(_ => Task.Run(() => harness.WriteAsync("fake/counter"))));

        Assert.All(answers, answer => answer.Is(204));
        Assert.Equal(writers, (int)(await harness.ReadAsync("fake/counter")).Data["count"]!);
    }

    [Fact]
    public async Task Uses_of_one_limited_token_by_many_are_all_counted()
    {
        await using var harness = await KernelHarness.StartAsync();
        harness.Store.BeforeCommit = async _ => await Task.Yield();
        var token = (await harness.TokenAsync("""{"num_uses":150}""")).ClientToken;

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(() => harness.WriteAsync("fake/counter", token: token))));

        Assert.Equal(150, answers.Count(answer => answer.Status == 204));
        Assert.Equal(50, answers.Count(answer => answer.Status == 403));
        Assert.Equal(150, (int)(await harness.ReadAsync("fake/counter")).Data["count"]!);
    }

    [Fact]
    public async Task One_more_than_may_wait_for_an_entry_is_refused_and_the_others_keep_their_places()
    {
        var queues = new EntryQueues();
        var first = await queues.EnterAsync("a", Cancellation);
        var waiting = Enumerable.Range(0, Limits.ContendersMax).Select(_ => queues.EnterAsync("a", Cancellation).AsTask()).ToArray();

        await Assert.ThrowsAsync<ContendedException>(async () => await queues.EnterAsync("a", Cancellation));

        using (await queues.EnterAsync("b", Cancellation))
        {
            first.Dispose();
            foreach (var turn in waiting)
            {
                (await turn).Dispose();
            }
        }

        Assert.False(queues.HasAny);
    }

    [Fact]
    public async Task A_turn_given_up_goes_to_the_next_in_line()
    {
        var queues = new EntryQueues();
        using var gone = new CancellationTokenSource();
        var first = await queues.EnterAsync("a", Cancellation);
        var second = queues.EnterAsync("a", gone.Token).AsTask();
        var third = queues.EnterAsync("a", Cancellation).AsTask();

        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.False(third.IsCompleted);
        first.Dispose();
        first.Dispose();

        (await third).Dispose();
        Assert.False(queues.HasAny);
    }

    [Fact]
    public void Turns_come_in_the_order_of_arrival_one_at_a_time() => Gen.Int[0, 2].Array[1, 60].Sample(steps =>
    {
        // 0: another arrives; 1: the one whose turn it is ends it; 2: the last that waits gives up.
        var queues = new EntryQueues();
        var expected = new List<(Task<EntryTurn> Turn, CancellationTokenSource Gone)>();
        foreach (var step in steps)
        {
            switch (step)
            {
                case 0:
                    var gone = new CancellationTokenSource();
                    expected.Add((queues.EnterAsync("a", gone.Token).AsTask(), gone));
                    break;
                case 1 when expected.Count > 0:
                    expected[0].Turn.GetAwaiter().GetResult().Dispose();
                    expected.RemoveAt(0);
                    break;
                case 2 when expected.Count > 1:
                    expected[^1].Gone.Cancel();
                    expected.RemoveAt(expected.Count - 1);
                    break;
            }

            if (expected.Count > 0)
            {
                expected[0].Turn.GetAwaiter().GetResult();
            }

            Assert.All(expected.Skip(1), one => Assert.False(one.Turn.IsCompleted));
            Assert.Equal(expected.Count > 0, queues.HasAny);
        }
    });

    [Fact]
    public async Task Who_comes_later_does_not_commit_before_those_who_wait()
    {
        var (transactor, _) = ConflictTests.New();
        var held = transactor.Begin();
        await held.GetAsync("k", Cancellation);
        await PutAsync(transactor.Begin());
        held.Put("k", "1"u8.ToArray());
        Assert.False(await held.CommitAsync());
        var turn = await transactor.TakeTurnAsync(held, 1, Cancellation);

        var late = transactor.Begin();
        late.Put("k", "late"u8.ToArray());
        Assert.False(await late.CommitAsync());
        Assert.Equal("k", await late.FindChangedAsync(Cancellation));
        var lateTurn = transactor.TakeTurnAsync(late, 1, Cancellation).AsTask();
        Assert.False(lateTurn.IsCompleted);

        var again = transactor.Begin(turn);
        again.Put("k", "2"u8.ToArray());
        Assert.True(await again.CommitAsync());
        Assert.True(await PutAsync(transactor.Begin(await lateTurn)));
        Assert.True(await PutAsync(transactor.Begin()));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static ValueTask<bool> PutAsync(UnitOfWork work)
    {
        work.Put("k", "x"u8.ToArray());
        return work.CommitAsync();
    }
}
