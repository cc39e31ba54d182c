using Coffer.Storage.Sqlite;

namespace Coffer.Storage.Tests.Sqlite;

public sealed class EntryCacheTests : SqliteTests
{
    private const long Budget = 256 * 1024;

    private static readonly StoreEntry Entry = new(1, new byte[100]);

    [Fact]
    public void Memory_stays_within_the_budget_whatever_is_written()
    {
        var cache = new EntryCache(Budget);
        for (var i = 0; i < 20_000; i++)
        {
            Write(cache, $"k/{i % 7000}", i % 3 == 0 ? null : new StoreEntry(i + 1, new byte[i % 500]));
            Assert.InRange(cache.Bytes, 0, Budget + (Budget / 16));
        }

        Assert.InRange(cache.Bytes, Budget / 2, Budget + (Budget / 16));
    }

    [Fact]
    public void A_flood_of_absent_keys_does_not_push_out_what_is_there()
    {
        var cache = new EntryCache(Budget);
        Write(cache, "there", Entry);
        for (var i = 0; i < 10_000; i++)
        {
            cache.EndLoad(cache.BeginLoad($"guess/{i}"), null);
        }

        Assert.True(cache.TryGet("there", out _));
        Assert.InRange(cache.Bytes, Budget / 32, Budget / 8);
    }

    [Fact]
    public void What_is_used_stays_and_what_is_not_goes()
    {
        var cache = new EntryCache(Budget);
        Write(cache, "used", Entry);
        Write(cache, "unused", Entry);
        for (var i = 0; i < 10_000; i++)
        {
            Write(cache, $"k/{i}", Entry);
            Assert.True(cache.TryGet("used", out _));
        }

        Assert.False(cache.TryGet("unused", out _));
    }

    [Fact]
    public void An_entry_too_large_is_not_kept_and_removes_what_was_kept_before_it()
    {
        var cache = new EntryCache(Budget);
        Write(cache, "key", Entry);
        Write(cache, "key", new StoreEntry(2, new byte[Budget / 8]));

        Assert.False(cache.TryGet("key", out _));
        Assert.Equal(0, cache.Bytes);
    }

    [Fact]
    public void What_was_read_before_a_commit_of_its_key_is_not_kept()
    {
        var cache = new EntryCache(Budget);
        var during = cache.BeginLoad("during");
        var across = cache.BeginLoad("across");
        cache.BeginCommit(["during", "across"]);
        cache.EndLoad(during, Entry);
        Assert.Null(cache.BeginLoad("during"));
        Assert.False(cache.TryGet("during", out _));

        cache.EndCommit("during", Entry with { Version = 2 });
        cache.EndCommit("across", null);
        cache.EndLoad(across, Entry);

        Assert.True(cache.TryGet("during", out var entry));
        Assert.Equal(2, entry?.Version);
        Assert.True(cache.TryGet("across", out entry));
        Assert.Null(entry);
    }

    [Fact]
    public void An_aborted_commit_leaves_its_keys_unknown()
    {
        var cache = new EntryCache(Budget);
        Write(cache, "key", Entry);
        var epoch = cache.Epoch;
        cache.BeginCommit(["key", "other"]);
        cache.AbortCommit(["key", "other"]);

        Assert.NotEqual(epoch, cache.Epoch);
        Assert.False(cache.TryGet("key", out _));
        Assert.Equal(0, cache.Bytes);
        cache.EndLoad(cache.BeginLoad("key"), Entry);
        Assert.True(cache.TryGet("key", out _));
    }

    [Fact]
    public async Task A_read_key_is_served_from_memory_and_a_store_keeps_to_its_budget()
    {
        await using (var store = await OpenAsync())
        {
            await PutAsync(store, "key", 100);
        }

        await using var again = await OpenAsync(new() { CacheBytesMax = Budget });
        Assert.Equal(0, again.CacheBytes);
        var first = await again.GetAsync("key", Cancellation);
        Assert.True(again.CacheBytes > 100);
        var second = await again.GetAsync("key", Cancellation);
        Assert.True(first!.Value.Value.Equals(second!.Value.Value));

        Assert.True(await again.CommitAsync(new([.. Enumerable.Range(0, 5000).Select(i => new StoreWrite($"{i}", new byte[100]))], [])));
        Assert.InRange(again.CacheBytes, Budget / 2, Budget);
    }

    [Fact]
    public void What_a_reader_keeps_of_an_entry_is_there_for_the_next_and_ends_with_its_version()
    {
        var cache = new EntryCache(Budget);
        Write(cache, "key", Entry);
        Assert.True(cache.TryGet("key", out var found));
        var old = found!.Value.Slot!;
        var decoded = new object();

        old.Keep(decoded);
        old.Keep(new object());

        Assert.True(cache.TryGet("key", out var again));
        Assert.Same(decoded, again!.Value.Slot!.Decoded);
        Write(cache, "key", Entry with { Version = 2 });
        Assert.True(cache.TryGet("key", out var newer));
        Assert.Null(newer!.Value.Slot!.Decoded);

        // A reader that still holds a node changes nothing of the budget once the cache is cleared.
        var bytes = cache.Bytes;
        cache.Clear();
        old.Keep(decoded);
        newer.Value.Slot.Keep(decoded);
        Assert.True(bytes > 0);
        Assert.Equal(0, cache.Bytes);
    }

    [Fact]
    public void What_is_committed_with_its_decoded_form_needs_no_decoding()
    {
        var cache = new EntryCache(Budget);
        var decoded = new object();
        cache.BeginCommit(["key"]);
        cache.EndCommit("key", Entry, decoded);

        Assert.True(cache.TryGet("key", out var found));
        Assert.Same(decoded, found!.Value.Slot!.Decoded);
    }

    [Fact]
    public void Decoded_forms_count_against_the_budget_and_go_when_they_are_to_be_forgotten()
    {
        var cache = new EntryCache(Budget);
        for (var i = 0; i < 10_000; i++)
        {
            Write(cache, $"k/{i}", Entry);
            Assert.True(cache.TryGet($"k/{i}", out var entry));
            entry!.Value.Slot!.Keep(new object());
            Assert.InRange(cache.Bytes, 0, Budget);
        }

        Assert.True(cache.TryGet("k/9999", out var last));
        Assert.NotNull(last!.Value.Slot!.Decoded);
        var before = cache.Bytes;
        cache.ForgetDecoded();
        Assert.Null(last.Value.Slot.Decoded);
        Assert.InRange(cache.Bytes, 1, before - 1000);
    }

    private static void Write(EntryCache cache, string key, StoreEntry? entry)
    {
        cache.BeginCommit([key]);
        cache.EndCommit(key, entry);
    }
}
