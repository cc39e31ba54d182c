using System.Globalization;
using Coffer.Storage.Sqlite;

namespace Coffer.Storage.Tests.Sqlite;

public sealed class SqliteFaultTests : SqliteTests
{
    private static readonly SqliteStoreOptions Small = new() { FileBytesMax = 512 * 1024 };

    [Fact]
    public async Task A_full_disk_refuses_commits_keeps_everything_and_serves_again_when_there_is_space()
    {
        var written = 0;
        await using (var store = await OpenAsync(Small))
        {
            while (await Record.ExceptionAsync(() => PutAsync(store, $"k/{written:D4}", 3000)) is not { } failure
                || !IsFull(failure))
            {
                Assert.True(++written < 1000);
            }

            Assert.Null(await store.GetAsync($"k/{written:D4}", Cancellation));
            Assert.Equal(written, (await KeysAsync(store)).Length);
            Assert.True(await store.CommitAsync(new([], [new($"k/{written:D4}", 0)])));

            for (var i = 0; i < 20; i++)
            {
                Assert.True(await DeleteAsync(store, $"k/{i:D4}"));
            }

            Assert.True(await PutAsync(store, "after", 3000));
        }

        await using var again = await OpenAsync();
        var expected = Enumerable.Range(20, written - 20).Select(i => $"k/{i:D4}").Prepend("after");
        Assert.Equal(expected, await KeysAsync(again));
    }

    [Fact]
    public async Task A_commit_too_large_for_the_disk_does_not_take_those_beside_it_down()
    {
        await using var store = await OpenAsync(Small);
        using var hold = new ManualResetEventSlim();
        var first = Held(store, hold);

        // These wait together while the first is held, and so make one group.
        var large = PutAsync(store, "large", 1024 * 1024);
        var small = Enumerable.Range(0, 20).Select(i => PutAsync(store, $"small/{i}", 100)).ToList();
        hold.Set();

        Assert.True(await first);
        Assert.All(await Task.WhenAll(small), Assert.True);
        Assert.True(IsFull(await Assert.ThrowsAsync<StoreUnavailableException>(() => large)));
        Assert.Equal(21, (await KeysAsync(store)).Length);
    }

    [Fact]
    public async Task A_commit_that_fails_at_its_end_leaves_no_trace_and_no_version_of_it_comes_again()
    {
        await using var store = await OpenAsync();
        await PutAsync(store, "old", 1);
        await PutAsync(store, "gone", 1);
        var versions = (Old: await VersionAsync(store, "old"), Gone: await VersionAsync(store, "gone"));
        var fails = true;
        store.Database.OnCommit(() => !fails);

        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() =>
            store.CommitAsync(new([new("old", new byte[2]), new("new", new byte[2]), new("gone", null)], [])).AsTask());

        Assert.DoesNotContain("gone", failure.Message, StringComparison.Ordinal);
        Assert.Equal(versions, (await VersionAsync(store, "old"), await VersionAsync(store, "gone")));
        Assert.Null(await store.GetAsync("new", Cancellation));
        Assert.True(await store.CommitAsync(new([], [new("old", versions.Old), new("new", 0)])));

        fails = false;
        Assert.True(await store.CommitAsync(new([new("old", new byte[3])], [new("old", versions.Old), new("new", 0)])));
        Assert.True(await VersionAsync(store, "old") > versions.Gone + 1);
    }

    [Fact]
    public async Task The_group_of_a_failed_commit_fails_as_one_and_a_verdict_based_on_it_is_not_given()
    {
        await using var store = await OpenAsync();
        using var hold = new ManualResetEventSlim();
        var first = Held(store, hold, allowed: 1);
        var makes = store.CommitAsync(new([new("key", new byte[1])], [new("key", 0)])).AsTask();

        // Refused only because of the batch before it, which is not going to be there.
        var refused = store.CommitAsync(new([new("key", new byte[2])], [new("key", 0)])).AsTask();
        hold.Set();

        Assert.True(await first);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => makes);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => refused);
        Assert.Null(await store.GetAsync("key", Cancellation));
    }

    [Fact]
    public async Task Readers_see_the_old_state_until_a_commit_is_durable_and_never_wait_for_it()
    {
        await using var store = await OpenAsync();
        await PutAsync(store, "cached", 1);
        await PutAsync(store, "a", 1);
        var before = await VersionAsync(store, "a");
        using var reached = new ManualResetEventSlim();
        using var hold = new ManualResetEventSlim();
        store.Database.OnCommit(() =>
        {
            reached.Set();
            return hold.Wait(TimeSpan.FromMinutes(2), CancellationToken.None);
        });

        var commit = store.CommitAsync(new([new("a", new byte[2]), new("b", new byte[2])], [])).AsTask();
        reached.Wait(Cancellation);

        Assert.Equal(before, await VersionAsync(store, "a"));
        Assert.Null(await store.GetAsync("b", Cancellation));
        Assert.Equal(1, (await store.GetAsync("cached", Cancellation))?.Value.Length);
        Assert.Equal(["a", "cached"], await KeysAsync(store));
        Assert.True(await store.CommitAsync(new([], [new("a", before), new("b", 0)])));
        Assert.False(commit.IsCompleted);

        hold.Set();
        Assert.True(await commit);
        Assert.Equal(2, (await store.GetAsync("a", Cancellation))?.Value.Length);
        Assert.Equal(2, (await store.GetAsync("b", Cancellation))?.Value.Length);
        Assert.False(await store.CommitAsync(new([], [new("a", before)])));
    }

    // The operating system refuses the writing of the log in the middle of COMMIT, then allows it again; see LimitRun.
    [Fact]
    public async Task A_write_that_the_operating_system_refuses_is_refused_whole_and_the_store_goes_on()
    {
        var (code, output) = await ChildProcess.RunAsync("limit", File);

        Assert.True(code == 0, output);
        await using var store = await OpenAsync();
        Assert.Equal(int.Parse(output, CultureInfo.InvariantCulture) + 1, (await KeysAsync(store)).Length);
    }

    [Fact]
    public async Task Every_commit_is_synced() // 2 is FULL.
    {
        await using var store = await OpenAsync();

        Assert.Equal(2, store.Database.QueryNumber("PRAGMA synchronous"));
        Assert.Equal(0, store.Database.QueryNumber("PRAGMA fullfsync"));
    }

    [Fact]
    public async Task The_log_stays_short_under_constant_load_and_reading()
    {
        const int Pages = 64;
        await using var store = await OpenAsync(new() { CheckpointPages = Pages });
        using var stop = new CancellationTokenSource();
        var reading = Task.Run(
            async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    await store.ScanAsync("", null, 1, Cancellation);
                }
            },
            Cancellation);

        // 400 commits of some 5 pages each: without checkpoints, the log grows by 8 MB each round. One in which the machine held a reader up in the middle of
        // its read says nothing: the log cannot start again then.
        const long GrowthMax = 12 * Pages * 4200;
        var length = 0L;
        var growth = long.MaxValue;
        for (var round = 0; round < 10 && growth > GrowthMax; round++)
        {
            for (var i = 0; i < 400; i++)
            {
                await PutAsync(store, $"k/{i % 50}", 16_000);
            }

            growth = new FileInfo(File + "-wal").Length - length;
            length += growth;
        }

        await stop.CancelAsync();
        await reading;
        Assert.InRange(length, 1, long.MaxValue);
        Assert.InRange(growth, 0, GrowthMax);
    }

    [Fact]
    public async Task More_reads_than_connections_all_get_their_turn()
    {
        await using var store = await OpenAsync(new() { Readers = 1, CacheBytesMax = 0 });
        await PutAsync(store, "key");

        var reads = Enumerable.Range(0, 200).Select(_ => Task.Run(() => VersionAsync(store, "key"), Cancellation));
        Assert.Single((await Task.WhenAll(reads)).Distinct());
    }

    /// <summary>A commit that stays at its COMMIT until it is let go.</summary>
    /// <param name="store">The store.</param>
    /// <param name="hold">Lets it go.</param>
    /// <param name="allowed">Commits that succeed, it among them; later ones fail.</param>
    private static Task<bool> Held(SqliteStore store, ManualResetEventSlim hold, int allowed = int.MaxValue)
    {
        var reached = new ManualResetEventSlim();
        store.Database.OnCommit(() =>
        {
            reached.Set();
            hold.Wait(CancellationToken.None);
            return allowed-- > 0;
        });
        var commit = PutAsync(store, "first");
        reached.Wait(Cancellation);
        return commit;
    }

    private static bool IsFull(Exception failure) =>
        failure is StoreUnavailableException && failure.Message.Contains("disk is full", StringComparison.Ordinal);
}
