using System.Text;
using System.Text.Json.Serialization;
using Coffer.Barrier;
using Coffer.Kernel.Tests.Harness;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Primitives;
using Coffer.Sdk.Storage;
using Coffer.Storage.Memory;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace Coffer.Kernel.Tests.Transactions;

public sealed class ConflictTests
{
    [Fact]
    public async Task A_handler_whose_commit_conflicts_runs_again_and_loses_no_update()
    {
        await using var harness = await KernelHarness.StartAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => harness.WriteAsync("fake/counter"))));

        Assert.All(answers, answer => answer.Is(204));
        Assert.Equal(20, (int)(await harness.ReadAsync("fake/counter")).Data["count"]!);
    }

    [Fact]
    public async Task A_unit_of_work_reads_its_own_writes_and_hides_them_until_the_commit()
    {
        var (transactor, _) = New();
        var work = transactor.Begin();
        work.Put("a", Bytes("1"));
        Assert.Equal("1", Text(await work.GetAsync("a", Cancellation)));
        Assert.Null(await transactor.Begin().GetAsync("a", Cancellation));
        work.Delete("a");
        Assert.Null(await work.GetAsync("a", Cancellation));
        work.Put("a", Bytes(""));
        Assert.Equal("", Text(await work.GetAsync("a", Cancellation)));

        Assert.True(await work.CommitAsync());
        Assert.Equal("", Text(await transactor.Begin().GetAsync("a", Cancellation)));
    }

    [Fact]
    public async Task What_was_read_must_be_unchanged_absence_included()
    {
        var (transactor, _) = New();
        var first = transactor.Begin();
        var second = transactor.Begin();
        Assert.Null(await first.GetAsync("a", Cancellation));
        Assert.Null(await second.GetAsync("a", Cancellation));
        first.Put("a", Bytes("first"));
        second.Put("a", Bytes("second"));

        Assert.True(await first.CommitAsync());
        Assert.False(await second.CommitAsync());
        Assert.Equal("first", Text(await transactor.Begin().GetAsync("a", Cancellation)));
    }

    [Fact]
    public async Task Two_reads_that_see_two_states_are_a_conflict()
    {
        var (transactor, _) = New();
        var work = transactor.Begin();
        await work.GetAsync("a", Cancellation);
        await PutAsync(transactor, "a", "changed");

        await Assert.ThrowsAsync<ConflictException>(async () => await work.GetAsync("a", Cancellation));
    }

    [Fact]
    public async Task Reading_only_fails_when_what_was_read_no_longer_fits_together()
    {
        var (transactor, _) = New();
        var work = transactor.Begin();
        await work.GetAsync("a", Cancellation);
        await work.GetAsync("b", Cancellation);
        await PutAsync(transactor, "a", "changed");

        Assert.False(await work.CommitAsync());
    }

    [Fact]
    public async Task Forgetting_undoes_what_came_after_the_mark_and_keeps_what_came_before()
    {
        var (transactor, _) = New();
        var work = transactor.Begin();
        work.Put("before", Bytes("1"));
        work.Mark();
        work.Put("after", Bytes("1"));
        work.Put("before", Bytes("2"));
        work.ForgetSinceMark();
        Assert.True(await work.CommitAsync());

        var look = transactor.Begin();
        Assert.Equal("1", Text(await look.GetAsync("before", Cancellation)));
        Assert.Null(await look.GetAsync("after", Cancellation));
    }

    [Fact]
    public async Task Forgetting_without_a_mark_before_any_write_forgets_all()
    {
        var (transactor, _) = New();
        var work = transactor.Begin();
        work.Mark();
        work.Put("a", Bytes("1"));
        work.ForgetSinceMark();

        Assert.False(work.HasWrites);
        Assert.True(await work.CommitAsync());
        Assert.Null(await transactor.Begin().GetAsync("a", Cancellation));
    }

    [Fact]
    public void Pages_of_a_scan_together_are_what_the_commit_would_leave() =>
        Gen.Select(
            Gen.String[Gen.Char["abc/"], 1, 4].HashSet[0, 30],
            Gen.String[Gen.Char["abc/"], 1, 4].HashSet[0, 12],
            Gen.String[Gen.Char["abc/"], 1, 4].HashSet[0, 12],
            Gen.Int[1, 5]).Sample(
            (stored, added, deleted, limit) =>
            {
                var (transactor, _) = New();
                var setup = transactor.Begin();
                foreach (var key in stored)
                {
                    setup.Put("p/" + key, Bytes("x"));
                }

                setup.CommitAsync().AsTask().GetAwaiter().GetResult();
                var work = transactor.Begin();
                foreach (var key in added)
                {
                    work.Put("p/" + key, Bytes("y"));
                }

                foreach (var key in deleted)
                {
                    work.Delete("p/" + key);
                }

                var expected = stored.Union(added).Except(deleted).Select(key => "p/" + key).Order(StringComparer.Ordinal).ToArray();
                var found = new List<string>();
                while (true)
                {
                    var page = work.ScanAsync("p/", found.Count == 0 ? null : found[^1], limit, CancellationToken.None).AsTask().GetAwaiter().GetResult();
                    found.AddRange(page);
                    if (page.Count < limit)
                    {
                        break;
                    }

                    Assert.Equal(limit, page.Count);
                }

                Assert.Equal(expected, found);
            });

    [Fact]
    public async Task A_listing_shows_each_folder_once_and_own_writes()
    {
        var (transactor, _) = New();
        foreach (var key in (string[])["p/a", "p/a/b", "p/a/c", "p/a!", "p/z/1/2", "q/x"])
        {
            await PutAsync(transactor, key, "x");
        }

        var work = transactor.Begin();
        work.Put("p/new/1", Bytes("x"));
        work.Delete("p/z/1/2");

        Assert.Equal(["a", "a!", "a/", "new/"], await work.ListAsync("p/", Cancellation));
    }

    [Fact]
    public async Task An_entry_is_decoded_once_for_all_readers_of_one_version_and_again_once_that_was_forgotten()
    {
        var (transactor, store) = New();
        await PutAsync(transactor, "key", "\"1\"");

        var first = await TextOfAsync(transactor);
        Assert.Equal("1", first);
        Assert.Same(first, await TextOfAsync(transactor));
        store.ForgetDecoded();
        Assert.NotSame(first, await TextOfAsync(transactor));
        await PutAsync(transactor, "key", "\"2\"");
        Assert.Equal("2", await TextOfAsync(transactor));
    }

    [Fact]
    public async Task A_value_that_is_stored_whole_is_given_to_the_next_reader_as_it_was_put_once_it_is_committed()
    {
        var (transactor, store) = New();
        var (whole, changed) = (new Whole(true, "a"), new Whole(false, "a"));
        var work = transactor.Begin();
        work.Put("whole", whole, WholeJson.Default.Whole);
        work.Put("changed", changed, WholeJson.Default.Whole);
        Assert.Null(await transactor.Begin().GetAsync("whole", WholeJson.Default.Whole, Cancellation));
        Assert.True(await work.CommitAsync());

        Assert.Same(whole, await transactor.Begin().GetAsync("whole", WholeJson.Default.Whole, Cancellation));
        var read = await transactor.Begin().GetAsync("changed", WholeJson.Default.Whole, Cancellation);
        Assert.Equal(changed, read);
        Assert.NotSame(changed, read);
        store.ForgetDecoded();
        var decoded = await transactor.Begin().GetAsync("whole", WholeJson.Default.Whole, Cancellation);
        Assert.Equal(whole, decoded);
        Assert.NotSame(whole, decoded);
    }

    private static async Task<string?> TextOfAsync(Transactor transactor) => await transactor.Begin().GetAsync("key", WholeJson.Default.String, Cancellation);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    internal static (Transactor Transactor, MemoryStore Store) New()
    {
        var store = new MemoryStore();
        var cipher = new EntryCipher(Keyring.Create(SystemRandom.Instance, new FakeTimeProvider()), SystemRandom.Instance);
        return (new Transactor(store, cipher, new FakeTimeProvider(), SystemRandom.Instance), store);
    }

    private static async Task PutAsync(Transactor transactor, string key, string value)
    {
        var work = transactor.Begin();
        work.Put(key, Bytes(value));
        Assert.True(await work.CommitAsync());
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string? Text(ReadOnlyMemory<byte>? bytes) => bytes is { } found ? Encoding.UTF8.GetString(found.Span) : null;
}

/// <summary>Says of itself whether it is stored whole.</summary>
internal sealed record Whole(bool IsStoredWhole, string Text) : IStoredWhole;

[JsonSerializable(typeof(Whole))]
[JsonSerializable(typeof(string))]
internal sealed partial class WholeJson : JsonSerializerContext;
