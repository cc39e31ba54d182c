using System.Text;
using Coffer.Storage.Sqlite;
using Coffer.Testing;

namespace Coffer.Storage.Tests.Sqlite;

/// <summary>What the register notices of rows that were changed behind the store's back, and that it notices nothing else.</summary>
public sealed class SqliteRegisterTests : SqliteTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    private static readonly RegisteredKind[] Kinds = [new("policies", ["policy/"]), new("key material", ["core/keyring", "core/slots/"]), new("settings", ["core/"])];

    /// <summary>A key of each kind, and what is done to its row. Every row here has been written twice and <c>gone</c> once and deleted.</summary>
    public static TheoryData<string, string, string> Edits
    {
        get
        {
            var edits = new TheoryData<string, string, string>();
            foreach (var (kind, prefix) in (IEnumerable<(string, string)>)[("policies", "policy/"), ("key material", "core/slots/"), ("settings", "core/other/")])
            {
                foreach (var edit in (string[])["set back", "set back under the newest version", "newest under the older version", "removed", "brought back", "added", "moved"])
                {
                    edits.Add(kind, prefix, edit);
                }
            }

            return edits;
        }
    }

    [Fact]
    public async Task Nothing_is_noticed_where_all_that_was_written_was_committed_by_the_store()
    {
        for (var life = 0; life < 4; life++)
        {
            await using var store = await OpenRegisteredAsync();
            Assert.Null(store.Older);
            Assert.True(await PutAsync(store, "policy/a"));
            Assert.True(await PutAsync(store, $"policy/{life}"));
            Assert.True(await DeleteAsync(store, $"policy/{life - 1}"));
            Assert.True(await PutAsync(store, "elsewhere/x"));
            Assert.True(await store.CommitAsync(new([new("core/slots/1", new byte[3]), new("core/x", new byte[life]), new("policy/b", null)], [])));
            await store.CloseRegisterAsync();
            await store.OpenRegisterAsync(Key, Kinds, Cancellation);
            Assert.Null(store.Older);
            Assert.Null(store.Problem);
            Assert.Equal(["core/slots/1", "core/x", "elsewhere/x", $"policy/{life}", "policy/a"], await KeysAsync(store));
        }
    }

    [Theory]
    [MemberData(nameof(Edits))]
    public async Task A_row_that_was_edited_while_the_store_was_closed_is_noticed_at_opening_and_its_kind_is_named(string kind, string prefix, string edit)
    {
        await WriteAsync(prefix);
        Edit(prefix, edit);

        await using var store = await OpenRegisteredAsync();

        Assert.Equal([kind], store.Older!.Touched);
    }

    [Theory]
    [MemberData(nameof(Edits))]
    public async Task A_row_that_was_edited_while_the_store_is_open_is_refused_when_it_is_read(string kind, string prefix, string edit)
    {
        await WriteAsync(prefix);
        await using var store = await OpenRegisteredAsync();
        Assert.Null(store.Problem);

        var edited = Edit(prefix, edit);

        var refusal = await Assert.ThrowsAsync<EntrySetBackException>(async () => await store.GetAsync(edited, Cancellation));
        Assert.Contains(kind, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(kind, store.Problem, StringComparison.Ordinal);
        Assert.NotNull(await store.GetAsync(prefix + "other", Cancellation));
        if (edit != "removed")
        {
            await Assert.ThrowsAsync<EntrySetBackException>(async () => await store.ScanAsync(prefix, null, 100, Cancellation));
        }
    }

    [Fact]
    public async Task A_row_that_is_not_registered_is_not_looked_at()
    {
        await WriteAsync("elsewhere/");
        Edit("elsewhere/", "set back");
        await using var store = await OpenRegisteredAsync();
        Assert.Null(store.Older);
        Assert.NotNull(await store.GetAsync("elsewhere/a", Cancellation));
    }

    [Fact]
    public async Task What_was_noticed_outlives_commits_and_restarts_until_it_is_accepted()
    {
        await WriteAsync("policy/");
        Edit("policy/", "set back");
        for (var life = 0; life < 3; life++)
        {
            await using var store = await OpenRegisteredAsync();
            Assert.Equal(["policies"], store.Older!.Touched);
            Assert.True(await PutAsync(store, "policy/more"));
            Assert.True(await PutAsync(store, "core/slots/more"));
        }

        await using (var store = await OpenRegisteredAsync())
        {
            store.AcceptOlder();
            Assert.Null(store.Older);
            Assert.True(await PutAsync(store, "elsewhere/decided"));
        }

        await using var after = await OpenRegisteredAsync();
        Assert.Null(after.Older);
        Assert.NotNull(await after.GetAsync("policy/a", Cancellation));
    }

    [Theory]
    [InlineData("DELETE FROM entry WHERE key = x'00'")]
    [InlineData("UPDATE entry SET value = zeroblob(length(value)) WHERE key = x'00'")]
    [InlineData("UPDATE entry SET value = x'01' WHERE key = x'00'")]
    [InlineData("UPDATE counter SET value = value - 1 WHERE name = 'generation'")]
    [InlineData("UPDATE counter SET value = value + 1 WHERE name = 'generation'")]
    public async Task A_register_that_was_removed_or_does_not_belong_to_the_last_commit_vouches_for_nothing(string sql)
    {
        await WriteAsync("policy/");
        RowEditor.Execute(File, sql);

        await using var store = await OpenRegisteredAsync();

        Assert.Equal(Kinds.Select(kind => kind.Name), store.Older!.Touched);
    }

    [Fact]
    public async Task A_register_that_was_set_back_with_its_rows_does_not_belong_to_the_last_commit()
    {
        await WriteAsync("policy/");
        await using (var store = await OpenRegisteredAsync())
        {
            Assert.True(await PutAsync(store, "elsewhere/x"));
        }

        var row = RowEditor.Read(File, "\0")!;
        await using (var store = await OpenRegisteredAsync())
        {
            Assert.True(await PutAsync(store, "elsewhere/x"));
        }

        RowEditor.Write(File, "\0", row);
        await using var after = await OpenRegisteredAsync();
        Assert.Equal(Kinds.Select(kind => kind.Name), after.Older!.Touched);
    }

    [Fact]
    public async Task A_record_beside_the_store_that_the_store_has_not_written_is_noticed()
    {
        await WriteAsync("policy/");
        System.IO.File.Copy(File, File + ".copy");
        await using (var store = await OpenRegisteredAsync())
        {
            Assert.True(await PutAsync(store, "policy/x"));
        }

        // The older file, and a record that says just what it says.
        System.IO.File.Move(File + ".copy", File, overwrite: true);
        Forge();
        for (var life = 0; life < 2; life++)
        {
            await using var store = await OpenRegisteredAsync();
            Assert.NotNull(store.Older);
            Assert.True(await PutAsync(store, "elsewhere/x"));
            Assert.NotNull(store.Older);
        }
    }

    [Fact]
    public async Task A_store_whose_register_is_closed_takes_no_writes()
    {
        await using var store = await OpenRegisteredAsync();
        Assert.True(await PutAsync(store, "policy/a"));
        await store.CloseRegisterAsync();
        await Assert.ThrowsAsync<StoreUnavailableException>(() => PutAsync(store, "elsewhere/x"));
        Assert.NotNull(await store.GetAsync("policy/a", Cancellation));

        await store.OpenRegisterAsync(Key, Kinds, Cancellation);
        Assert.True(await PutAsync(store, "elsewhere/x"));
    }

    [Fact]
    public async Task Kinds_that_were_not_registered_before_are_taken_as_they_are_found()
    {
        await WriteAsync("elsewhere/");
        await using var store = await OpenAsync();
        await store.OpenRegisterAsync(Key, [.. Kinds, new("others", ["elsewhere/"])], Cancellation);
        Assert.Null(store.Older);
        Assert.True(await PutAsync(store, "elsewhere/a"));
    }

    [Fact]
    public async Task Entries_that_were_written_without_a_register_are_not_vouched_for()
    {
        await using (var store = await OpenAsync())
        {
            Assert.True(await PutAsync(store, "policy/a"));
        }

        await using var registered = await OpenRegisteredAsync();
        Assert.Equal(Kinds.Select(kind => kind.Name), registered.Older!.Touched);
    }

    [Fact]
    public async Task A_wrong_key_vouches_for_nothing()
    {
        await WriteAsync("policy/");
        await using var store = await OpenAsync();
        await store.OpenRegisterAsync(new byte[32], Kinds, Cancellation);
        Assert.NotNull(store.Older);
    }

    [Fact]
    public async Task A_crash_at_any_step_of_a_commit_leaves_store_register_and_record_in_agreement()
    {
        var crashes = new List<string>();
        await using (var store = await OpenRegisteredAsync())
        {
            store.OnStep = step =>
            {
                // What another process would find if this one died here.
                var folder = Directory.CreateDirectory(Path.Combine(Folder, $"{crashes.Count}-{step}")).FullName;
                foreach (var part in (string[])["", "-wal", ".generation"])
                {
                    if (System.IO.File.Exists(File + part))
                    {
                        System.IO.File.Copy(File + part, Path.Combine(folder, "store.db" + part));
                    }
                }

                crashes.Add(folder);
            };
            for (var i = 0; i < 3; i++)
            {
                Assert.True(await PutAsync(store, "policy/a"));
                Assert.True(await store.CommitAsync(new([new("core/keyring", new byte[i]), new("policy/b", i == 1 ? null : new byte[1])], [])));
                Assert.True(await PutAsync(store, "elsewhere/a"));
            }
        }

        Assert.Equal(27, crashes.Count);
        foreach (var folder in crashes.Where(folder => System.IO.File.Exists(Path.Combine(folder, "store.db.generation"))))
        {
            await using var store = await SqliteStore.OpenAsync(Path.Combine(folder, "store.db"), new(), Cancellation);
            await store.OpenRegisterAsync(Key, Kinds, Cancellation);
            Assert.Null(store.Older);
            Assert.True(await PutAsync(store, "policy/a"));
        }
    }

    [Fact]
    public async Task Reads_that_run_beside_commits_are_never_refused()
    {
        await using var store = await OpenRegisteredAsync(new SqliteStoreOptions { CacheBytesMax = 0 });
        var writers = Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < 300; i++)
            {
                var key = $"policy/{i % 3}";
                Assert.True(i % 5 == 0 ? await DeleteAsync(store, key) : await PutAsync(store, key, writer + 1));
            }
        })).ToArray();
        var reads = 0;
        while (!Task.WhenAll(writers).IsCompleted)
        {
            await store.GetAsync($"policy/{reads++ % 3}", Cancellation);
            await store.ScanAsync("policy/", null, 10, Cancellation);
        }

        await Task.WhenAll(writers);
        Assert.Null(store.Problem);
        await store.OpenRegisterAsync(Key, Kinds, Cancellation);
        Assert.Null(store.Older);
    }

    [Fact]
    public async Task A_commit_that_fails_leaves_the_register_as_it_was()
    {
        await using var store = await OpenRegisteredAsync();
        Assert.True(await PutAsync(store, "policy/a"));
        var allow = false;
        store.Database.OnCommit(() => Volatile.Read(ref allow));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => PutAsync(store, "policy/a"));
        Volatile.Write(ref allow, true);
        Assert.NotNull(await store.GetAsync("policy/a", Cancellation));
        Assert.True(await PutAsync(store, "policy/b"));
        await store.OpenRegisterAsync(Key, Kinds, Cancellation);
        Assert.Null(store.Older);
    }

    private async Task<SqliteStore> OpenRegisteredAsync(SqliteStoreOptions? options = null)
    {
        var store = await OpenAsync(options);
        await store.OpenRegisterAsync(Key, Kinds, Cancellation);
        return store;
    }

    private async Task WriteAsync(string prefix)
    {
        await using var store = await OpenRegisteredAsync();
        Assert.True(await PutAsync(store, prefix + "a", 5));
        Assert.True(await PutAsync(store, prefix + "gone", 5));
        Assert.True(await PutAsync(store, prefix + "other"));
        Older = RowEditor.Read(File, prefix + "a");
        Gone = RowEditor.Read(File, prefix + "gone");
        Assert.True(await PutAsync(store, prefix + "a", 6));
        Assert.True(await DeleteAsync(store, prefix + "gone"));
    }

    private StoredRow? Older { get; set; }

    private StoredRow? Gone { get; set; }

    /// <returns>The key that a read has to be refused for.</returns>
    private string Edit(string prefix, string edit)
    {
        var newest = RowEditor.Read(File, prefix + "a")!;
        var (key, row) = edit switch
        {
            "set back" => ("a", Older),
            "set back under the newest version" => ("a", newest with { Value = Older!.Value }),
            "newest under the older version" => ("a", newest with { Version = Older!.Version }),
            "removed" => ("a", null),
            "brought back" => ("gone", Gone),
            "added" => ("new", newest),
            "moved" => ("new", newest),
            _ => throw new ArgumentException(edit),
        };
        if (edit == "moved")
        {
            RowEditor.Write(File, prefix + "a", null);
        }

        RowEditor.Write(File, prefix + key, row);
        return prefix + key;
    }

    /// <summary>Writes the record that belongs to the file as it is, as far as that can be done without the key.</summary>
    private void Forge()
    {
        var record = new byte[96];
        Encoding.ASCII.GetBytes("coffergn").CopyTo(record, 0);
        foreach (var (name, at) in (IEnumerable<(string, int)>)[("identity", 8), ("generation", 16), ("committed", 24)])
        {
            System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(record.AsSpan(at), RowEditor.Execute(File, $"SELECT value FROM counter WHERE name = '{name}'"));
        }

        System.Security.Cryptography.SHA256.HashData(record.AsSpan(0, 32), record.AsSpan(32));
        System.IO.File.WriteAllBytes(File + ".generation", record);
    }
}
