namespace Coffer.Storage.Tests.Contract;

public abstract partial class StoreContract
{
    [Fact]
    public async Task A_batch_is_done_as_a_whole()
    {
        await PutAllAsync("a", "b");

        Assert.True(await CommitAsync([Put("a", "new"), Delete("b"), Put("c", "new")]));

        Assert.Equal("new", await TextAsync("a"));
        Assert.Null(await GetAsync("b"));
        Assert.Equal("new", await TextAsync("c"));
    }

    [Fact]
    public async Task A_precondition_of_absence_holds_until_the_key_is_there_and_again_when_it_is_gone()
    {
        Assert.True(await CommitAsync([Put("key", "one")], Absent("key")));
        Assert.False(await CommitAsync([Put("key", "two")], Absent("key")));
        Assert.Equal("one", await TextAsync("key"));

        Assert.True(await CommitAsync([Delete("key")]));
        Assert.True(await CommitAsync([Put("key", "three")], Absent("key")));
        Assert.Equal("three", await TextAsync("key"));
    }

    [Fact]
    public async Task A_precondition_on_a_version_holds_for_that_version_only()
    {
        await PutAsync("key", "one");
        var first = await VersionAsync("key");

        Assert.False(await CommitAsync([Put("key", "x")], new StorePrecondition("key", first + 1)));
        Assert.False(await CommitAsync([Put("key", "x")], new StorePrecondition("missing", first)));
        Assert.True(await CommitAsync([Put("key", "two")], new StorePrecondition("key", first)));
        Assert.False(await CommitAsync([Put("key", "x")], new StorePrecondition("key", first)));
        Assert.Equal("two", await TextAsync("key"));
    }

    [Fact]
    public async Task A_version_from_before_a_delete_does_not_hold_for_the_key_made_again()
    {
        await PutAsync("key", "same");
        var old = await VersionAsync("key");
        Assert.True(await CommitAsync([Delete("key")]));
        Assert.False(await CommitAsync([], new StorePrecondition("key", old)));
        await PutAsync("key", "same");

        Assert.False(await CommitAsync([Put("key", "x")], new StorePrecondition("key", old)));
    }

    [Fact]
    public async Task One_precondition_that_fails_refuses_all_of_the_batch()
    {
        await PutAsync("there", "x");
        var version = await VersionAsync("there");

        Assert.False(await CommitAsync(
            [Put("a", "x"), Delete("there"), Put("b", "x")],
            new StorePrecondition("there", version), Absent("a"), Absent("there")));

        Assert.Equal(["there"], await KeysAsync(""));
        Assert.Equal(version, await VersionAsync("there"));
    }

    [Fact]
    public async Task Preconditions_see_the_state_before_the_batch()
    {
        await PutAsync("old", "x");

        Assert.True(await CommitAsync([Put("new", "x"), Delete("old")], Absent("new"), new StorePrecondition("old", await VersionAsync("old"))));
    }

    [Fact]
    public async Task A_batch_without_writes_only_checks()
    {
        await PutAsync("key", "x");
        var version = await VersionAsync("key");

        Assert.True(await CommitAsync([]));
        Assert.True(await CommitAsync([], new StorePrecondition("key", version), Absent("missing")));
        Assert.False(await CommitAsync([], new StorePrecondition("key", version), Absent("key")));
        Assert.False(await CommitAsync([], new StorePrecondition("missing", version)));
        Assert.Equal(version, await VersionAsync("key"));
    }

    [Fact]
    public async Task Keys_never_read_before_are_checked_too()
    {
        await PutAllAsync([.. Enumerable.Range(0, 100).Select(i => $"k/{i}")]);
        var entries = await ScanAsync("k/");

        Assert.True(await CommitAsync([], [.. entries.Select(entry => new StorePrecondition(entry.Key, entry.Version)), Absent("k/100")]));
        Assert.False(await CommitAsync([], [.. entries.Select(entry => new StorePrecondition(entry.Key, entry.Version)), Absent("k/50")]));
    }

    [Fact]
    public async Task A_batch_of_thousands_of_writes_is_one_commit()
    {
        var keys = Enumerable.Range(0, 5000).Select(i => $"k/{i:D5}").ToArray();
        await PutAllAsync(keys);

        Assert.Equal(keys, await KeysAsync(""));
    }

    protected static StorePrecondition Absent(string key) => new(key, 0);
}
