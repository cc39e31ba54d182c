using System.Text;

namespace Coffer.Storage.Tests.Contract;

public abstract partial class StoreContract
{
    [Fact]
    public async Task A_scan_gives_keys_in_the_order_of_their_utf_8_bytes()
    {
        // U+FFEE sorts before U+1F600 in UTF-8 and after it in UTF-16.
        string[] keys = ["a", "a/", "a/b", "aa", "b", "A", "~", "é", "\u07FF", "\u0800", "\uD7FF", "\uE000", "\uFFEE", "😀", "😀/x", "\U0010FFFF", "\u0001"];
        await PutAllAsync(keys);

        var expected = keys.OrderBy(key => Convert.ToHexString(Encoding.UTF8.GetBytes(key)), StringComparer.Ordinal);
        Assert.Equal(expected, await KeysAsync(""));
        Assert.Equal(["\uE000", "\uFFEE", "😀", "😀/x", "\U0010FFFF"], await KeysAsync("", "\uD7FF"));
    }

    [Fact]
    public async Task A_scan_gives_only_what_has_the_prefix()
    {
        await PutAllAsync("a", "a/", "a/1", "a/2", "a0", "b", "A/1");

        Assert.Equal(["a/", "a/1", "a/2"], await KeysAsync("a/"));
        Assert.Equal(["a", "a/", "a/1", "a/2", "a0"], await KeysAsync("a"));
        Assert.Empty(await KeysAsync("c"));
        Assert.Equal(7, (await KeysAsync("")).Count());
    }

    [Theory]
    [InlineData("%")]
    [InlineData("_")]
    [InlineData("*")]
    [InlineData("\\")]
    [InlineData("'")]
    [InlineData("[a-z]")]
    public async Task A_prefix_is_text_and_never_a_pattern(string prefix)
    {
        await PutAllAsync(prefix + "x", "ax", "x", "abc");

        Assert.Equal([prefix + "x"], await KeysAsync(prefix));
    }

    // The end of each is a byte at the edge of what a byte of UTF-8 can be: 7F, BF, C2 80, EF BF BF, F4 8F BF BF.
    [Theory]
    [InlineData("p\u007F")]
    [InlineData("p\u00BF")]
    [InlineData("p\u0080")]
    [InlineData("p\u07FF")]
    [InlineData("p\uFFFF")]
    [InlineData("p\U0010FFFF")]
    [InlineData("\U0010FFFF\U0010FFFF")]
    public async Task A_prefix_that_ends_at_the_edge_of_a_byte_finds_all_of_its_keys_and_no_others(string prefix)
    {
        await PutAllAsync(prefix, prefix + "/x", prefix + "\U0010FFFF", "p", "q", "p~", "pz", "p\u0081", "p\u0800", "p\U0010FFFE");

        Assert.Equal([prefix, prefix + "/x", prefix + "\U0010FFFF"], await KeysAsync(prefix));
    }

    [Fact]
    public async Task A_scan_goes_on_after_a_key_whether_or_not_that_exists()
    {
        await PutAllAsync("a/1", "a/2", "a/3", "b");

        Assert.Equal(["a/2", "a/3"], await KeysAsync("a/", "a/1"));
        Assert.Equal(["a/3"], await KeysAsync("a/", "a/2x"));
        Assert.Equal(["a/1", "a/2", "a/3"], await KeysAsync("a/", "a/"));
        Assert.Equal(["a/1", "a/2", "a/3"], await KeysAsync("a/", ""));
        Assert.Equal(["a/1", "a/2", "a/3"], await KeysAsync("a/", "A"));
        Assert.Empty(await KeysAsync("a/", "a/3"));
        Assert.Empty(await KeysAsync("a/", "b"));
    }

    [Fact]
    public async Task A_scan_page_by_page_gives_every_key_once()
    {
        var keys = Enumerable.Range(0, 257).Select(i => $"k/{i:D4}").ToArray();
        await PutAllAsync(keys);

        var found = new List<string>();
        for (string? after = null; ;)
        {
            var page = await ScanAsync("k/", after, limit: 10);
            found.AddRange(page.Select(entry => entry.Key));
            if (page.Count < 10)
            {
                break;
            }

            after = page[^1].Key;
        }

        Assert.Equal(keys, found);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(StoreLimits.ScanMax + 1)]
    public async Task A_limit_out_of_range_is_refused(int limit) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => ScanAsync("", null, limit));

    [Fact]
    public async Task A_prefix_or_start_that_is_no_text_is_refused()
    {
        foreach (var text in NoText)
        {
            await Assert.ThrowsAsync<ArgumentException>(() => ScanAsync(text));
            await Assert.ThrowsAsync<ArgumentException>(() => ScanAsync("", text));
        }
    }
}
