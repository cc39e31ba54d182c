using System.Globalization;

namespace Coffer.Storage.Tests.Contract;

public abstract partial class StoreContract
{
    private const int Tasks = 8;

    [Fact]
    public async Task Increments_from_many_tasks_under_optimistic_retry_lose_nothing()
    {
        const int Each = 40;
        var conflicts = 0;
        await InParallelAsync(async _ =>
        {
            for (var done = 0; done < Each;)
            {
                var entry = await GetAsync("counter");
                var count = entry is { } present ? int.Parse(Text(present.Value), CultureInfo.InvariantCulture) : 0;
                var precondition = new StorePrecondition("counter", entry.GetValueOrDefault().Version);
                if (await CommitAsync([Put("counter", $"{count + 1}")], precondition))
                {
                    done++;
                }
                else
                {
                    Interlocked.Increment(ref conflicts);
                }
            }
        });

        Assert.Equal($"{Tasks * Each}", await TextAsync("counter"));
    }

    [Fact]
    public async Task Of_many_that_make_the_same_key_exactly_one_succeeds()
    {
        for (var round = 0; round < 20; round++)
        {
            var winners = 0;
            await InParallelAsync(async task =>
            {
                if (await CommitAsync([Put($"once/{round}", $"{task}"), Put($"by/{round}/{task}", "")], Absent($"once/{round}")))
                {
                    Interlocked.Increment(ref winners);
                }
            });

            Assert.Equal(1, winners);
            Assert.Single(await ScanAsync($"by/{round}/"));
        }
    }

    [Fact]
    public async Task A_scan_never_sees_half_of_a_commit()
    {
        string[] keys = [.. Enumerable.Range(0, 20).Select(i => $"k/{i:D2}")];
        await PutEqualAsync(keys, 0);
        await WhileWritingAsync(keys, async () =>
        {
            var entries = await ScanAsync("k/");
            Assert.Equal(keys.Length, entries.Count);
            Assert.Single(entries.Select(entry => entry.Version).Distinct());
        });
    }

    [Fact]
    public async Task A_get_is_never_older_than_what_was_seen_before_it()
    {
        string[] keys = ["a", "b", "c", "d"];
        await PutEqualAsync(keys, 0);
        var seen = new long[Tasks];
        await WhileWritingAsync(keys, async task =>
        {
            foreach (var key in keys)
            {
                var version = await VersionAsync(key);
                Assert.True(version >= seen[task], $"{version} after {seen[task]}");
                seen[task] = version;
            }

            var scanned = (await ScanAsync("")).Max(entry => entry.Version);
            Assert.True(scanned >= seen[task]);
            seen[task] = scanned;
        });
    }

    [Fact]
    public async Task A_check_without_writes_holds_only_for_versions_that_stood_together()
    {
        string[] keys = ["a", "b"];
        await PutEqualAsync(keys, 0);
        await WhileWritingAsync(keys, async () =>
        {
            var a = await VersionAsync("a");
            var b = await VersionAsync("b");
            if (a != b)
            {
                Assert.False(await CommitAsync([], new StorePrecondition("a", a), new StorePrecondition("b", b)));
            }
        });
    }

    [Fact]
    public async Task What_was_committed_is_read_at_once_by_everybody()
    {
        await InParallelAsync(async task =>
        {
            for (var i = 0; i < 50; i++)
            {
                var key = $"{task}/{i % 3}";
                await PutAsync(key, $"{i}");
                Assert.Equal($"{i}", await TextAsync(key));
                var version = await VersionAsync(key);
                Assert.Contains((await ScanAsync($"{task}/")), entry => entry.Key == key && entry.Version == version);
                if (i % 5 == 0)
                {
                    Assert.True(await CommitAsync([Delete(key)]));
                    Assert.Null(await GetAsync(key));
                }
            }
        });
    }

    [Fact]
    public async Task Commits_under_way_when_the_store_closes_are_done_or_refused_and_never_left_open()
    {
        var commits = Enumerable.Range(0, 200).Select(i => Task.Run(() => CommitAsync([Put($"k/{i}", "x")]), Cancellation)).ToList();
        await commits[0];
        await Store.DisposeAsync();

        foreach (var commit in commits)
        {
            await Task.WhenAny(commit).WaitAsync(TimeSpan.FromMinutes(2), Cancellation);
            Assert.True(commit.IsCompletedSuccessfully ? await commit : commit.Exception?.InnerException is StoreUnavailableException);
        }
    }

    private static Task InParallelAsync(Func<int, Task> work) =>
        Task.WhenAll(Enumerable.Range(0, Tasks).Select(task => Task.Run(() => work(task), Cancellation)));

    private Task WhileWritingAsync(string[] keys, Func<Task> read) => WhileWritingAsync(keys, _ => read());

    /// <summary>Puts equal values under all the keys again and again, while other tasks look.</summary>
    private async Task WhileWritingAsync(string[] keys, Func<int, Task> read)
    {
        var reading = InParallelAsync(async task =>
        {
            for (var i = 0; i < 150; i++)
            {
                await read(task);
            }
        });
        for (var i = 1; !reading.IsCompleted; i++)
        {
            await PutEqualAsync(keys, i);
        }

        await reading;
    }

    private async Task PutEqualAsync(string[] keys, int value) =>
        Assert.True(await CommitAsync([.. keys.Select(key => Put(key, $"{value}"))]));
}
