using System.Text;

namespace Coffer.Storage.Tests.Contract;

/// <summary>What every store does, as tests. A store joins with a subclass that opens it.</summary>
public abstract partial class StoreContract : IAsyncLifetime
{
    /// <summary>A zero, and halves of surrogate pairs. Not attribute arguments, which are kept as UTF-8.</summary>
    private static readonly string[] NoText = ["a\0b", "\0", "half \uD83D", "\uDE00 half", "turned \uDE00\uD83D"];

    private IStore? _store;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected IStore Store => _store ?? throw new InvalidOperationException("The store is not open yet.");

    /// <summary>An empty store of its own for each test.</summary>
    protected abstract ValueTask<IStore> OpenAsync();

    /// <summary>Runs after the store was disposed.</summary>
    protected virtual void CleanUp()
    {
    }

    public async ValueTask InitializeAsync() => _store = await OpenAsync();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Store.DisposeAsync();
        CleanUp();
    }

    [Fact]
    public async Task A_key_that_was_never_written_is_absent() => Assert.Null(await GetAsync("missing"));

    [Fact]
    public async Task A_value_is_read_back_as_it_was_written()
    {
        await PutAsync("key", "value");

        Assert.Equal("value", await TextAsync("key"));
    }

    [Fact]
    public async Task An_empty_value_is_present()
    {
        await PutAsync("key", "");

        var entry = Assert.NotNull(await GetAsync("key"));
        Assert.Equal(0, entry.Value.Length);
        Assert.Equal(entry.Version, Assert.Single(await ScanAsync("")).Version);
    }

    [Fact]
    public async Task A_deleted_key_is_absent()
    {
        await PutAsync("key", "value");
        Assert.True(await CommitAsync([Delete("key")]));

        Assert.Null(await GetAsync("key"));
        Assert.Empty(await ScanAsync(""));
    }

    [Fact]
    public async Task Deleting_an_absent_key_succeeds() => Assert.True(await CommitAsync([Delete("missing")]));

    [Fact]
    public async Task What_the_caller_does_to_its_buffer_after_the_commit_does_not_reach_the_store()
    {
        var buffer = "value"u8.ToArray();
        Assert.True(await CommitAsync([new("key", buffer)]));
        buffer.AsSpan().Clear();

        Assert.Equal("value", await TextAsync("key"));
    }

    [Fact]
    public async Task Each_write_gives_a_key_a_larger_version()
    {
        var versions = new List<long>();
        for (var i = 0; i < 5; i++)
        {
            await PutAsync("key", "same");
            versions.Add(await VersionAsync("key"));
        }

        Assert.True(versions[0] > 0);
        Assert.Equal(versions.Order().Distinct(), versions);
    }

    [Fact]
    public async Task A_key_made_again_after_a_delete_never_has_an_old_version()
    {
        var versions = new HashSet<long>();
        for (var i = 0; i < 5; i++)
        {
            await PutAsync("key", "same");
            Assert.True(versions.Add(await VersionAsync("key")));
            Assert.True(await CommitAsync([Delete("key")]));
        }
    }

    [Fact]
    public async Task Get_and_scan_agree_on_the_version()
    {
        await PutAsync("key", "one");
        await PutAsync("key", "two");

        var entry = Assert.NotNull(await GetAsync("key"));
        var scanned = Assert.Single(await ScanAsync("key"));
        Assert.Equal(entry.Version, scanned.Version);
        Assert.Equal("two", Text(entry.Value));
    }

    [Fact]
    public async Task The_largest_key_and_the_largest_value_are_kept()
    {
        var key = new string('k', StoreLimits.KeyBytesMax);
        var value = new byte[StoreLimits.ValueBytesMax];
        new Random(1).NextBytes(value);
        Assert.True(await CommitAsync([new(key, value)]));

        Assert.True(Assert.NotNull(await GetAsync(key)).Value.Span.SequenceEqual(value));
        Assert.Equal(key, Assert.Single(await ScanAsync(key)).Key);
        Assert.Empty(await Store.ScanAsync("", key, 10, Cancellation));
    }

    [Fact]
    public async Task A_value_larger_than_asked_for_comes_as_its_length_and_version_alone()
    {
        var value = new byte[100_000];
        new Random(2).NextBytes(value);
        Assert.True(await CommitAsync([new("large", value), Put("small", "12345")]));
        for (var round = 0; round < 2; round++)
        {
            // Before it was read whole, and after it.
            var withheld = Assert.NotNull(await Store.GetAsync("large", value.Length - 1, Cancellation));
            Assert.Equal((value.Length, 0), (withheld.WithheldBytes, withheld.Value.Length));
            Assert.Equal(withheld.Version, await VersionAsync("large"));

            var whole = Assert.NotNull(await Store.GetAsync("large", value.Length, Cancellation));
            Assert.Equal(0, whole.WithheldBytes);
            Assert.True(whole.Value.Span.SequenceEqual(value));

            Assert.Equal(5, Assert.NotNull(await Store.GetAsync("small", 4, Cancellation)).WithheldBytes);
            Assert.Equal("12345", await TextAsync("small"));
            Assert.Null(await Store.GetAsync("absent", 0, Cancellation));
        }
    }

    [Fact]
    public async Task A_key_that_is_no_text_is_refused()
    {
        foreach (var key in NoText.Append(""))
        {
            await Assert.ThrowsAsync<ArgumentException>(() => Store.GetAsync(key, Cancellation).AsTask());
            await Assert.ThrowsAsync<ArgumentException>(() => PutAsync(key, "x"));
            await Assert.ThrowsAsync<ArgumentException>(() => CommitAsync([], Absent(key)));
        }

        Assert.Empty(await ScanAsync(""));
    }

    [Fact]
    public async Task A_key_over_the_limit_in_utf_8_is_refused_and_one_at_the_limit_is_not()
    {
        // Two bytes each in UTF-8, one unit each in UTF-16.
        var fits = new string('é', StoreLimits.KeyBytesMax / 2);
        await PutAsync(fits, "x");

        await Assert.ThrowsAsync<ArgumentException>(() => Store.GetAsync(fits + "x", Cancellation).AsTask());
        var failure = await Assert.ThrowsAsync<ArgumentException>(() => PutAsync(fits + "x", "x"));
        Assert.Contains("4096", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("é", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_batch_writes_none_of_its_keys()
    {
        var tooLong = new byte[StoreLimits.ValueBytesMax + 1];

        await Assert.ThrowsAsync<ArgumentException>(() => CommitAsync([Put("a", "x"), new("b", tooLong)]));
        await Assert.ThrowsAsync<ArgumentException>(() => CommitAsync([Put("a", "x"), Put("a", "y")]));
        await Assert.ThrowsAsync<ArgumentException>(() => CommitAsync([Put("a", "x")], new StorePrecondition("a", -1)));
        await Assert.ThrowsAsync<ArgumentException>(() =>
            CommitAsync([.. Enumerable.Range(0, 20).Select(i => Put($"{i}", "x")), Delete("7")]));

        Assert.Empty(await ScanAsync(""));
    }

    [Fact]
    public async Task A_cancelled_read_is_not_done()
    {
        using var source = new CancellationTokenSource();
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.GetAsync("key", source.Token).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.ScanAsync("", null, 1, source.Token).AsTask());
    }

    [Fact]
    public async Task A_closed_store_says_that_it_is_closed()
    {
        await PutAsync("key", "value");
        await Store.DisposeAsync();
        await Store.DisposeAsync();

        Func<Task>[] calls =
        [
            () => Store.GetAsync("key", Cancellation).AsTask(),
            () => Store.GetAsync("other", Cancellation).AsTask(),
            () => Store.ScanAsync("", null, 1, Cancellation).AsTask(),
            () => PutAsync("key", "value"),
            () => Store.CommitAsync(new([], [new("key", 1)])).AsTask(),
        ];
        foreach (var call in calls)
        {
            var failure = await Assert.ThrowsAsync<StoreUnavailableException>(call);
            Assert.Equal("The store is closed.", failure.Message);
        }
    }

    protected static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    protected static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    protected static StoreWrite Put(string key, string value) => new(key, Bytes(value));

    protected static StoreWrite Delete(string key) => new(key, null);

    protected Task<StoreEntry?> GetAsync(string key) => Store.GetAsync(key, Cancellation).AsTask();

    protected async Task<string?> TextAsync(string key) => await GetAsync(key) is { } entry ? Text(entry.Value) : null;

    protected async Task<long> VersionAsync(string key) => (await GetAsync(key)).GetValueOrDefault().Version;

    protected Task<IReadOnlyList<KeyVersion>> ScanAsync(string prefix, string? after = null, int limit = StoreLimits.ScanMax) =>
        Store.ScanAsync(prefix, after, limit, Cancellation).AsTask();

    protected async Task<IEnumerable<string>> KeysAsync(string prefix, string? after = null, int limit = StoreLimits.ScanMax) =>
        (await ScanAsync(prefix, after, limit)).Select(entry => entry.Key);

    protected Task<bool> CommitAsync(IReadOnlyList<StoreWrite> writes, params IReadOnlyList<StorePrecondition> preconditions) =>
        Store.CommitAsync(new(writes, preconditions)).AsTask();

    protected async Task PutAsync(string key, string value) => Assert.True(await CommitAsync([Put(key, value)]));

    protected async Task PutAllAsync(params IReadOnlyList<string> keys) =>
        Assert.True(await CommitAsync([.. keys.Select(key => Put(key, key))]));
}
