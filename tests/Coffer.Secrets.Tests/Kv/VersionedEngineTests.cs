using Coffer.Sdk.Engines;
using Coffer.Secrets.Kv;
using Coffer.Testing.Engines;

namespace Coffer.Secrets.Tests.Kv;

public sealed class VersionedEngineTests : IAsyncDisposable
{
    private const string NoKey = "Non-listing operations on the root of a K/V v2 mount are not supported.";

    private EngineHarness _harness = VersionedHarness.New();

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Theory]
    [InlineData("foo", Operation.Read, "get")]
    [InlineData("foo", Operation.Update, "put")]
    [InlineData("foo", Operation.Delete, "delete")]
    [InlineData("foo", Operation.List, "list")]
    [InlineData("foo", Operation.Patch, "patch")]
    [InlineData("foo/bar", Operation.Read, "get")]
    [InlineData("", Operation.Read, "get")]
    [InlineData("", Operation.List, "list")]
    [InlineData("datax", Operation.Read, "get")]
    [InlineData("subkeys", Operation.Read, "get")]
    [InlineData("config/", Operation.List, "list")]
    public async Task A_path_of_version_1_is_404_with_a_warning_that_names_the_command(string path, Operation operation, string command)
    {
        var reply = await _harness.AskAsync(operation, path);

        reply.AssertWarned(
            "Invalid path for a versioned K/V secrets engine. See the API docs for the appropriate API endpoints to use. "
            + $"If using the Vault CLI, use 'vault kv {command}' for this operation.");
    }

    [Theory]
    [InlineData("metadata", Operation.Read)]
    [InlineData("metadata", Operation.Update)]
    [InlineData("metadata", Operation.Patch)]
    [InlineData("metadata", Operation.Delete)]
    [InlineData("data", Operation.Read)]
    [InlineData("data", Operation.Update)]
    [InlineData("data", Operation.Patch)]
    [InlineData("data", Operation.Delete)]
    [InlineData("delete", Operation.Update)]
    [InlineData("undelete", Operation.Update)]
    [InlineData("destroy", Operation.Update)]
    public async Task An_operation_without_a_key_is_404_with_a_warning(string path, Operation operation) =>
        (await _harness.AskAsync(operation, path)).AssertWarned(NoKey);

    [Fact]
    public async Task A_slash_at_the_end_names_no_key()
    {
        await _harness.PutAsync("dir", 1);

        (await _harness.ReadAsync("data/")).AssertRefused(404);
        (await _harness.ReadAsync("metadata/")).AssertRefused(404);
        (await _harness.ReadAsync("data/dir/")).AssertRefused(404);
        (await _harness.ReadAsync("metadata/dir/")).AssertRefused(404);
        (await _harness.DeleteAsync("metadata/dir/")).AssertDone();
        Assert.Equal(1, (await _harness.ReadAsync("data/dir")).N());
    }

    [Theory]
    [InlineData("delete/x", Operation.Read)]
    [InlineData("undelete/x", Operation.Read)]
    [InlineData("destroy/x", Operation.Read)]
    [InlineData("config", Operation.Delete)]
    [InlineData("data/x", Operation.List)]
    [InlineData("delete/x", Operation.Delete)]
    public async Task A_verb_that_a_path_has_no_use_for_is_405(string path, Operation operation) =>
        (await _harness.AskAsync(operation, path)).AssertRefused(405, "1 error occurred:\n\t* unsupported operation\n\n");

    [Fact]
    public async Task After_the_upgrade_each_value_is_version_1_of_its_key()
    {
        await UpgradeAsync(("a", """{"v":"1"}"""), ("dir/b", """{"v":"2","n":3.0}"""));

        Assert.Equal(
            """{"data":{"v":"2","n":3.0},"metadata":"""
            + """{"created_time":"2026-01-02T03:04:05Z","custom_metadata":null,"deletion_time":"","destroyed":false,"version":1}}""",
            (await _harness.ReadAsync("data/dir/b")).DataText());
        var metadata = await _harness.MetadataAsync("dir/b");
        Assert.Equal(1, (int)metadata["current_version"]!);
        Assert.Equal(1, (int)metadata["oldest_version"]!);
        Assert.Equal("2026-01-02T03:04:05Z", (string?)metadata["updated_time"]);
        Assert.Equal(["a", "dir/"], (await _harness.ListAsync("metadata")).Keys());
        Assert.Equal("""{"v":null,"n":null}""", (await _harness.ReadAsync("subkeys/dir/b")).Data()["subkeys"]!.ToJsonString());
        Assert.Equal(404, (await _harness.ReadAsync("a")).Status());
        Assert.Equal(["v1/a", "v1/dir/b"], await _harness.Store.KeysAsync());
    }

    [Fact]
    public async Task After_the_upgrade_a_write_converts_its_key_and_no_other()
    {
        await UpgradeAsync(("a", """{"v":"1"}"""), ("a/b", """{"v":"1"}"""), ("c", """{"v":"1"}"""));

        var reply = await _harness.WriteAsync("data/a", """{"options":{"cas":1},"data":{"v":"new"}}""");

        Assert.Equal(2, (int)reply.Data()["version"]!);
        Assert.Equal(Operation.Update, _harness.LastOperation);
        Assert.Equal(["data/a/1", "meta/a", "v1/a/b", "v1/c"], await _harness.Store.KeysAsync());
        Assert.Equal("1", (string?)(await _harness.ReadAsync("data/a?version=1")).Data()["data"]!["v"]);
        Assert.Equal(["a", "a/", "c"], (await _harness.ListAsync("metadata")).Keys());
    }

    [Fact]
    public async Task After_the_upgrade_a_large_value_moves_to_an_entry_of_its_own_when_written()
    {
        var large = new string('x', 5000);
        await UpgradeAsync(("a", $$"""{"v":"{{large}}"}"""));
        Assert.Equal(large, (string?)(await _harness.ReadAsync("data/a")).Data()["data"]!["v"]);

        (await _harness.WriteAsync("metadata/a", """{"max_versions":3}""")).AssertDone();

        Assert.Equal(["data/a/1", "meta/a"], await _harness.Store.KeysAsync());
        Assert.Equal(large, (string?)(await _harness.ReadAsync("data/a")).Data()["data"]!["v"]);
    }

    [Theory]
    [InlineData("delete/a")]
    [InlineData("destroy/a")]
    public async Task After_the_upgrade_a_value_can_be_deleted_and_destroyed(string path)
    {
        await UpgradeAsync(("a", """{"v":"1"}"""));

        (await _harness.WriteAsync(path, """{"versions":[1]}""")).AssertDone();

        (await _harness.ReadAsync("data/a")).AssertGone(1, destroyed: path == "destroy/a");
        Assert.Equal(["meta/a"], await _harness.Store.KeysAsync());
    }

    [Fact]
    public async Task After_the_upgrade_removing_a_key_leaves_nothing_of_it()
    {
        await UpgradeAsync(("a", """{"v":"1"}"""));

        (await _harness.DeleteAsync("metadata/a")).AssertDone();

        Assert.Empty(await _harness.Store.KeysAsync());
        Assert.Equal(1, await _harness.PutAsync("a", 1));
    }

    [Fact]
    public async Task After_the_upgrade_a_patch_merges_into_the_old_value()
    {
        await UpgradeAsync(("a", """{"v":"1","w":2}"""));

        await _harness.PatchAsync("data/a", """{"data":{"v":null}}""");

        Assert.Equal("""{"w":2}""", (await _harness.ReadAsync("data/a")).Data()["data"]!.ToJsonString());
    }

    /// <summary>Makes the harness's mount one that held these values as version 1.</summary>
    private async Task UpgradeAsync(params (string Path, string Value)[] values)
    {
        await _harness.DisposeAsync();
        _harness = new EngineHarness(KvEngines.Type);
        foreach (var (path, value) in values)
        {
            (await _harness.WriteAsync(path, value)).AssertDone();
        }

        _harness.Clock.Advance(TimeSpan.FromDays(1));
        await _harness.TuneAsync("""{"options":{"version":"2"}}""");
        Assert.Equal(2, KvEngines.VersionOf((await _harness.MountAsync()).Options));
    }
}
