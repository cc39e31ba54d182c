using Coffer.Storage.Sqlite;

namespace Coffer.Storage.Tests.Sqlite;

/// <summary>What the store notices of itself: an older copy, a file that was taken away, a disk without room.</summary>
public sealed class SqliteConditionTests : SqliteTests
{
    private static readonly SqliteStoreOptions Small = new() { FileBytesMax = 512 * 1024 };

    [Fact]
    public async Task A_store_that_goes_on_where_it_stopped_is_no_older_copy()
    {
        for (var life = 0; life < 3; life++)
        {
            await using var store = await OpenAsync();
            Assert.Null(store.Older);
            Assert.Null(store.Problem);
            Assert.True(await PutAsync(store, $"k{life}"));
        }
    }

    [Fact]
    public async Task A_copy_that_was_put_back_is_noticed_and_says_how_much_is_missing()
    {
        await WriteAsync(5);
        Copy(File, File + ".backup");
        await WriteAsync(3);
        Copy(File + ".backup", File);

        await using var store = await OpenAsync();

        Assert.NotNull(store.Older);
        Assert.Equal(3, store.Older.Known!.Value.Generation - store.Older.Found.Generation);
        Assert.True(store.Older.Known.Value.Time >= store.Older.Found.Time);
    }

    [Fact]
    public async Task An_older_copy_stays_one_over_commits_and_restarts_until_it_is_accepted()
    {
        await WriteAsync(2);
        Copy(File, File + ".backup");
        await WriteAsync(10);
        Copy(File + ".backup", File);
        for (var life = 0; life < 3; life++)
        {
            await using var store = await OpenAsync();
            Assert.NotNull(store.Older);
            Assert.True(await PutAsync(store, $"life{life}"));
            Assert.NotNull(store.Older);
        }

        await using (var store = await OpenAsync())
        {
            store.AcceptOlder();
            Assert.Null(store.Older);
        }

        // Nothing was committed since, so nothing was decided.
        await using (var store = await OpenAsync())
        {
            Assert.NotNull(store.Older);
            store.AcceptOlder();
            Assert.True(await PutAsync(store, "decided"));
        }

        await using var after = await OpenAsync();
        Assert.Null(after.Older);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_older_copy_stays_one_although_more_is_committed_in_it_than_it_lacks(bool isRemembered)
    {
        await WriteAsync(2);
        Copy(File, File + ".backup");
        Copy(File + ".generation", File + ".record");
        await WriteAsync(3);
        Copy(File + ".backup", File);
        if (isRemembered)
        {
            // Only something outside the folder knows.
            Copy(File + ".record", File + ".generation");
        }

        for (var life = 0; life < 3; life++)
        {
            await using var store = await OpenAsync();
            if (isRemembered)
            {
                Assert.Null(store.Older);
                await store.NoteKnownAsync(new StoreMark(5, DateTimeOffset.UnixEpoch));
            }

            for (var i = 0; i < 5; i++)
            {
                Assert.True(await PutAsync(store, $"life{life}-{i}"));
            }

            Assert.Equal(3, store.Older!.Known!.Value.Generation - store.Older.Found.Generation);
            Assert.Equal(5, store.Generation);
        }

        await using var last = await OpenAsync();
        await last.NoteKnownAsync(new StoreMark(5, DateTimeOffset.UnixEpoch));
        last.AcceptOlder();
        Assert.True(await PutAsync(last, "decided"));
        Assert.Equal(6, last.Generation);
        await last.NoteKnownAsync(new StoreMark(5, DateTimeOffset.UnixEpoch));
        Assert.Null(last.Older);
    }

    [Fact]
    public async Task The_newer_file_that_comes_back_after_a_copy_was_accepted_is_an_older_copy_itself()
    {
        await WriteAsync(2);
        Copy(File, File + ".backup");
        await WriteAsync(10);
        Copy(File, File + ".newer");
        Copy(File + ".backup", File);
        await using (var store = await OpenAsync())
        {
            store.AcceptOlder();
            Assert.True(await PutAsync(store, "decided"));
        }

        Copy(File + ".newer", File);
        await using var after = await OpenAsync();
        Assert.NotNull(after.Older);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_without_its_record_may_be_any_copy(bool damaged)
    {
        await WriteAsync(2);
        if (damaged)
        {
            await System.IO.File.WriteAllBytesAsync(File + ".generation", new byte[64], Cancellation);
        }
        else
        {
            System.IO.File.Delete(File + ".generation");
        }

        await using var store = await OpenAsync();
        Assert.NotNull(store.Older);
        Assert.Null(store.Older.Known);
    }

    [Fact]
    public async Task A_record_of_another_database_says_nothing_of_this_one()
    {
        await WriteAsync(9);
        System.IO.File.Move(File + ".generation", File + ".other");
        System.IO.File.Delete(File);
        await WriteAsync(2);
        System.IO.File.Move(File + ".other", File + ".generation", overwrite: true);

        await using var store = await OpenAsync();

        Assert.NotNull(store.Older);
        Assert.Null(store.Older.Known);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-wal")]
    public async Task A_file_that_was_removed_while_it_is_in_use_takes_no_write_and_says_so(string end)
    {
        await using var store = await OpenAsync();
        Assert.True(await PutAsync(store, "before"));
        System.IO.File.Move(File + end, File + end + ".away");

        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => PutAsync(store, "lost"));
        Assert.Contains("removed", failure.Message, StringComparison.Ordinal);
        Assert.Contains("removed", store.Problem, StringComparison.Ordinal);
        Assert.NotNull(await store.GetAsync("before", Cancellation));

        System.IO.File.Move(File + end + ".away", File + end);
        Assert.Null(store.Problem);
        Assert.True(await PutAsync(store, "after"));
    }

    [Fact]
    public async Task A_file_that_was_replaced_while_it_is_in_use_takes_no_write()
    {
        await using var store = await OpenAsync();
        Assert.True(await PutAsync(store, "before"));
        System.IO.File.Copy(File, File + ".backup");
        System.IO.File.Move(File + ".backup", File, overwrite: true);

        await Assert.ThrowsAsync<StoreUnavailableException>(() => PutAsync(store, "lost"));
        Assert.NotNull(store.Problem);
    }

    [Fact]
    public async Task On_a_full_disk_what_frees_is_committed_from_the_reserve_and_nothing_else_until_there_is_room()
    {
        await using var store = await OpenAsync(Small);
        var written = await FillAsync(store);
        Assert.NotNull(store.Problem);

        // Ends that write more than they delete, as the first step of a revocation does: without a reserve none of them had room.
        for (var i = 0; i < 8; i++)
        {
            Assert.True(await EndAsync(store, $"revoking/{i}"));
        }

        await Assert.ThrowsAsync<StoreUnavailableException>(() => PutAsync(store, "small", 10));
        Assert.Contains("reserve", store.Problem, StringComparison.Ordinal);
        for (var i = 0; i < written; i++)
        {
            Assert.True(await DeleteAsync(store, $"k/{i:D4}"));
        }

        Assert.True(await PutAsync(store, "small", 10));
        Assert.Null(store.Problem);
    }

    [Fact]
    public async Task The_reserve_is_bounded_and_what_no_longer_fits_is_refused()
    {
        await using var store = await OpenAsync(Small);
        await FillAsync(store);
        var ended = 0;
        while (await Record.ExceptionAsync(() => EndAsync(store, $"revoking/{ended}")) is null)
        {
            Assert.True(++ended < 1000);
        }

        Assert.InRange(ended, 8, 30);
        Assert.NotNull(store.Problem);
    }

    [Fact]
    public async Task Space_is_kept_beside_the_file_and_is_there_at_the_next_start()
    {
        await WriteAsync(1);
        Assert.True(System.IO.File.Exists(File + ".reserve"));
        await WriteAsync(1);
        Assert.True(System.IO.File.Exists(File + ".reserve"));
    }

    private static Task<bool> EndAsync(SqliteStore store, string key) =>
        store.CommitAsync(new([new(key, new byte[3000])], []) { Frees = true }).AsTask();

    private static async Task<int> FillAsync(SqliteStore store)
    {
        var written = 0;
        while (await Record.ExceptionAsync(() => PutAsync(store, $"k/{written:D4}", 3000)) is null)
        {
            Assert.True(++written < 1000);
        }

        return written;
    }

    private static void Copy(string from, string to) => System.IO.File.Copy(from, to, overwrite: true);

    /// <summary>One life of a store with so many commits.</summary>
    private async Task WriteAsync(int commits)
    {
        await using var store = await OpenAsync();
        for (var i = 0; i < commits; i++)
        {
            Assert.True(await PutAsync(store, $"k{i}"));
        }
    }
}
