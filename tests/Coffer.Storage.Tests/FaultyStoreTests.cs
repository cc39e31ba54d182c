using Coffer.Storage.Memory;
using Coffer.Testing;

namespace Coffer.Storage.Tests;

/// <summary>The decorator that the tests of others rely on.</summary>
public sealed class FaultyStoreTests
{
    private static readonly StoreBatch Batch = new([new("key", new byte[1])], []);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_faults_it_does_what_the_store_does_and_counts()
    {
        var store = new FaultyStore(new MemoryStore());

        Assert.True(await store.CommitAsync(Batch));
        Assert.NotNull(await store.GetAsync("key", Cancellation));
        Assert.Single(await store.ScanAsync("", null, 10, Cancellation));
        Assert.Null(await store.GetAsync("other", Cancellation));

        Assert.Equal(4, store.Calls);
        Assert.Equal((1, 2, 1), (store.CallsOf(StoreCall.Commit), store.CallsOf(StoreCall.Get), store.CallsOf(StoreCall.Scan)));
    }

    [Theory]
    [InlineData(FaultMoment.Before, false)]
    [InlineData(FaultMoment.After, true)]
    public async Task A_commit_that_fails_was_done_or_not_as_asked(FaultMoment moment, bool done)
    {
        var inner = new MemoryStore();
        var store = new FaultyStore(inner);
        store.FailCall(2, moment);

        Assert.Null(await store.GetAsync("key", Cancellation));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.CommitAsync(Batch).AsTask());
        Assert.Equal(done, await inner.GetAsync("key", Cancellation) is not null);
        Assert.Equal(done, await store.GetAsync("key", Cancellation) is not null);
    }

    [Fact]
    public async Task A_fault_on_one_kind_spares_the_others()
    {
        var store = new FaultyStore(new MemoryStore());
        store.FailCall(StoreCall.Commit, 2, FaultMoment.Before);

        Assert.True(await store.CommitAsync(Batch));
        Assert.NotNull(await store.GetAsync("key", Cancellation));
        Assert.NotNull(await store.GetAsync("key", Cancellation));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.CommitAsync(Batch).AsTask());
        Assert.True(await store.CommitAsync(Batch));
    }

    [Fact]
    public async Task A_store_that_died_stays_dead_until_it_is_healed()
    {
        var inner = new MemoryStore();
        var store = new FaultyStore(inner);
        store.DieAtCall(2, FaultMoment.After);

        Assert.Null(await store.GetAsync("key", Cancellation));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.CommitAsync(Batch).AsTask());
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.GetAsync("key", Cancellation).AsTask());
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.ScanAsync("", null, 1, Cancellation).AsTask());
        store.Heal();
        Assert.NotNull(await store.GetAsync("key", Cancellation));
    }

    [Fact]
    public async Task Somebody_else_may_write_before_a_commit()
    {
        var inner = new MemoryStore();
        var store = new FaultyStore(inner) { BeforeCommit = async _ => Assert.True(await inner.CommitAsync(Batch)) };

        Assert.False(await store.CommitAsync(Batch with { Preconditions = [new("key", 0)] }));
    }

    [Fact]
    public async Task Disposing_it_leaves_the_store_inside_open()
    {
        var inner = new MemoryStore();
        var store = new FaultyStore(inner);
        await store.DisposeAsync();

        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.GetAsync("key", Cancellation).AsTask());
        Assert.True(await inner.CommitAsync(Batch));
    }
}
