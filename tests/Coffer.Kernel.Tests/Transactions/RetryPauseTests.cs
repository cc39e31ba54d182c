using Coffer.Kernel.Tests.Harness;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Primitives;
using Coffer.Storage;
using Coffer.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Coffer.Kernel.Tests.Transactions;

/// <summary>What waits after a conflict, and how long.</summary>
public sealed class RetryPauseTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task The_first_tries_follow_at_once()
    {
        var pause = new RetryPause(_clock, new Constant(0xFF));
        for (var attempt = 1; attempt <= RetryPause.AtOnceMax; attempt++)
        {
            await pause.WaitAsync(attempt, Cancellation);
        }
    }

    [Theory]
    [InlineData(4, 2)]
    [InlineData(5, 4)]
    [InlineData(6, 8)]
    [InlineData(7, 16)]
    [InlineData(63, 16)]
    public async Task The_longest_pause_doubles_up_to_a_bound(int attempt, int milliseconds)
    {
        var waiting = new RetryPause(_clock, new Constant(0xFF)).WaitAsync(attempt, Cancellation).AsTask();
        _clock.Advance(TimeSpan.FromMilliseconds(milliseconds) - TimeSpan.FromTicks(1));
        Assert.False(waiting.IsCompleted);
        _clock.Advance(TimeSpan.FromTicks(1));
        await waiting;
    }

    [Fact]
    public async Task The_shortest_pause_is_none() => await new RetryPause(_clock, new Constant(0)).WaitAsync(63, Cancellation);

    [Fact]
    public void Pauses_are_spread_over_all_times_up_to_the_bound()
    {
        var pause = new RetryPause(_clock, new SeededRandom(1));
        var drawn = Enumerable.Range(0, 1000).Select(_ => (int)pause.Draw(7).TotalMilliseconds).ToHashSet();

        Assert.Equal(Enumerable.Range(0, 17), drawn.Order());
    }

    [Fact]
    public async Task A_pause_ends_with_its_request()
    {
        using var gone = new CancellationTokenSource();
        var waiting = new RetryPause(_clock, new Constant(0xFF)).WaitAsync(63, gone.Token).AsTask();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task A_request_that_meets_a_change_at_each_try_is_refused_within_a_second_of_pauses()
    {
        await using var harness = await KernelHarness.StartAsync();
        (await harness.WriteAsync("fake/counter")).Is(204);
        var tries = 0;
        harness.Store.BeforeCommit = async batch =>
        {
            if (batch.Writes.FirstOrDefault(write => write.Key.EndsWith("counter", StringComparison.Ordinal)) is { Key: { } key })
            {
                tries++;
                await ChangeAsync(harness.Memory, key);
            }
        };
        var begin = harness.Clock.GetUtcNow();

        var answer = await harness.AnsweredAsync(harness.WriteAsync("fake/counter"));

        harness.Store.BeforeCommit = null;
        answer.Is(503);
        Assert.Equal(Limits.CommitAttemptsMax, tries);
        Assert.InRange(harness.Clock.GetUtcNow() - begin, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Writes what is there once more, which makes another version of it.</summary>
    private static async Task ChangeAsync(IStore store, string key)
    {
        var entry = await store.GetAsync(key, Cancellation);
        Assert.True(await store.CommitAsync(new StoreBatch([new StoreWrite(key, entry!.Value.Value)], [])));
    }

    private sealed class Constant(byte value) : IRandom
    {
        public void Fill(Span<byte> bytes) => bytes.Fill(value);
    }
}
