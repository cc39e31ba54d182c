using Coffer.Storage.Sqlite;

namespace Coffer.Storage.Tests.Sqlite;

public sealed class SqliteFileTests : SqliteTests
{
    [Fact]
    public async Task File_and_folder_are_for_the_owner_only()
    {
        var path = Path.Combine(Folder, "new", "folder", "store.db");
        await using var store = await SqliteStore.OpenAsync(path, new(), Cancellation);
        await PutAsync(store, "key");

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, new DirectoryInfo(Path.GetDirectoryName(path)!).UnixFileMode);
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(path)!))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(file).UnixFileMode);
        }
    }

    [Fact]
    public async Task A_second_store_on_the_file_is_refused_and_the_first_goes_on()
    {
        await using var first = await OpenAsync();
        Assert.Contains("in use by another Coffer process", (await RefusedAsync()).Message, StringComparison.Ordinal);

        var link = Path.Combine(Folder, "link.db");
        System.IO.File.CreateSymbolicLink(link, File);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => SqliteStore.OpenAsync(link, new(), Cancellation).AsTask());
        Assert.True(await PutAsync(first, "key"));
    }

    [Fact]
    public async Task A_second_process_is_refused_and_so_is_any_other_program_until_the_store_is_closed()
    {
        await using (var store = await OpenAsync())
        {
            await PutAsync(store, "key");
            var (code, output) = await ChildProcess.RunAsync("open", File);
            Assert.Equal(1, code);
            Assert.Contains("in use by another Coffer process", output, StringComparison.Ordinal);
            Assert.Equal((0, "busy"), await ChildProcess.RunAsync("peek", File));
        }

        Assert.Equal((0, "opened"), await ChildProcess.RunAsync("peek", File));
        Assert.Equal((0, ""), await ChildProcess.RunAsync("open", File));
    }

    [Fact]
    public async Task Everything_is_there_after_reopening()
    {
        var versions = new Dictionary<string, long>();
        await using (var store = await OpenAsync())
        {
            for (var i = 0; i < 50; i++)
            {
                await PutAsync(store, $"k/{i}", i * 100);
                versions[$"k/{i}"] = await VersionAsync(store, $"k/{i}");
            }

            await DeleteAsync(store, "k/7");
            versions.Remove("k/7");
        }

        Assert.False(System.IO.File.Exists(File + "-wal"));
        await using var again = await OpenAsync();
        var entries = await again.ScanAsync("", null, 100, Cancellation);
        Assert.Equal(versions.OrderBy(pair => pair.Key, StringComparer.Ordinal), entries.Select(entry => KeyValuePair.Create(entry.Key, entry.Version)));
    }

    [Fact]
    public async Task No_version_comes_twice_whatever_is_deleted_between_restarts()
    {
        var last = 0L;
        for (var restart = 0; restart < 4; restart++)
        {
            await using var store = await OpenAsync();
            for (var i = 0; i < 3; i++)
            {
                await PutAsync(store, "key");
                var version = await VersionAsync(store, "key");
                Assert.True(version > last);
                last = version;
                await DeleteAsync(store, "key");
            }
        }
    }

    [Fact]
    public async Task An_empty_file_is_taken_for_new()
    {
        await System.IO.File.WriteAllBytesAsync(File, [], Cancellation);

        await using var store = await OpenAsync();
        Assert.True(await PutAsync(store, "key"));
    }

    [Fact]
    public async Task A_file_that_a_dying_process_had_only_begun_is_finished()
    {
        using (var database = SqliteDatabase.Open(File))
        {
            database.Execute("PRAGMA journal_mode = WAL");
        }

        Assert.NotEqual(0, new FileInfo(File).Length);
        await using var store = await OpenAsync();
        Assert.True(await PutAsync(store, "key"));
    }

    [Theory]
    [InlineData("this is a text file, and a rather long one")]
    [InlineData("short")]
    public async Task A_file_that_is_no_database_is_refused_and_not_touched(string text)
    {
        await System.IO.File.WriteAllTextAsync(File, text, Cancellation);

        Assert.Contains("not a SQLite database", (await RefusedAsync()).Message, StringComparison.Ordinal);
        Assert.Equal(text, await System.IO.File.ReadAllTextAsync(File, Cancellation));
    }

    [Theory]
    [InlineData(0, "header is damaged")]
    [InlineData(18, "header is damaged")]
    [InlineData(100, "damaged")]
    public async Task A_damaged_header_is_refused(int offset, string reason)
    {
        await WriteSomeAsync();
        await ChangeAsync(stream =>
        {
            stream.Position = offset;
            stream.Write([0xFF, 0xFF, 0xFF, 0xFF]);
        });

        Assert.Contains(reason, (await RefusedAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_cut_short_is_refused()
    {
        await WriteSomeAsync();
        await ChangeAsync(stream => stream.SetLength(stream.Length / 2));

        Assert.Contains("restore it from a backup", (await RefusedAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_database_of_another_program_is_refused_and_not_touched()
    {
        using (var database = SqliteDatabase.Open(File))
        {
            database.Execute("CREATE TABLE theirs (x)");
        }

        var before = await System.IO.File.ReadAllBytesAsync(File, Cancellation);
        Assert.Contains("another program", (await RefusedAsync()).Message, StringComparison.Ordinal);
        Assert.Equal(before, await System.IO.File.ReadAllBytesAsync(File, Cancellation));
    }

    [Fact]
    public async Task A_newer_format_is_refused()
    {
        await WriteSomeAsync();
        using (var database = SqliteDatabase.Open(File))
        {
            database.Execute("PRAGMA user_version = 2");
        }

        Assert.Contains("storage format 2", (await RefusedAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lost_table_is_refused()
    {
        await WriteSomeAsync();
        using (var database = SqliteDatabase.Open(File))
        {
            database.Execute("DROP TABLE counter");
        }

        Assert.Contains("could not be opened", (await RefusedAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_in_place_of_the_file_is_refused()
    {
        Directory.CreateDirectory(File);

        Assert.Contains(File, (await RefusedAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_refusal_the_lock_is_free()
    {
        await System.IO.File.WriteAllTextAsync(File, "no database at all", Cancellation);
        await RefusedAsync();
        System.IO.File.Delete(File);

        await using var store = await OpenAsync();
        Assert.True(await PutAsync(store, "key"));
    }

    [Fact]
    public async Task Options_that_make_no_sense_are_refused_all_at_once()
    {
        var options = new SqliteStoreOptions { CacheBytesMax = -1, FileBytesMax = 1, Readers = 0, CheckpointPages = 1 };

        var failure = await Assert.ThrowsAsync<ArgumentException>(() => OpenAsync(options));
        Assert.All(["CacheBytesMax", "FileBytesMax", "Readers", "CheckpointPages"], name => Assert.Contains(name, failure.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_log_cut_at_any_byte_opens_at_a_whole_commit()
    {
        const int Commits = 12;
        var copies = new TemporaryFolder();
        using (copies)
        {
            var main = copies.File("main");
            var log = copies.File("log");
            await using (var store = await OpenAsync())
            {
                for (var i = 1; i <= Commits; i++)
                {
                    Assert.True(await store.CommitAsync(new([new("a", new byte[i * 200]), new("b", new byte[i * 200])], [])));
                }

                // As the disk would be had the power gone now, but for what is cut off below.
                System.IO.File.Copy(File, main);
                System.IO.File.Copy(File + "-wal", log);
            }

            var random = new Random(7);
            var length = (int)new FileInfo(log).Length;
            var seen = new HashSet<int>();
            for (var i = 0; i < 40; i++)
            {
                seen.Add(await StateOfCutAsync(main, log, i == 0 ? length : random.Next(length)));
            }

            Assert.Contains(Commits, seen);
            Assert.True(seen.Count > 3);
        }
    }

    private async Task<int> StateOfCutAsync(string main, string log, int length)
    {
        System.IO.File.Copy(main, File, overwrite: true);
        System.IO.File.Copy(log, File + "-wal", overwrite: true);
        using (var stream = System.IO.File.OpenWrite(File + "-wal"))
        {
            stream.SetLength(length);
        }

        await using var store = await OpenAsync();
        var a = (await store.GetAsync("a", Cancellation)).GetValueOrDefault();
        var b = (await store.GetAsync("b", Cancellation)).GetValueOrDefault();
        Assert.Equal((a.Version, a.Value.Length), (b.Version, b.Value.Length));
        Assert.Equal(1, store.Database.QueryNumber("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"));
        return a.Value.Length / 200;
    }

    private async Task WriteSomeAsync()
    {
        await using var store = await OpenAsync();
        for (var i = 0; i < 20; i++)
        {
            await PutAsync(store, $"k/{i}", 5000);
        }
    }

    private async Task ChangeAsync(Action<FileStream> change)
    {
        await using var stream = System.IO.File.Open(File, FileMode.Open);
        change(stream);
    }
}
