using System.Globalization;
using Coffer.Testing.Engines;

namespace Coffer.Secrets.Tests.Kv;

public sealed class VersionPathsTests : IAsyncDisposable
{
    private readonly EngineHarness _harness = VersionedHarness.New();

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Fact]
    public async Task Versions_are_given_as_a_list_or_with_commas_and_unknown_ones_are_passed_over()
    {
        await PutAsync("d", 4);

        (await _harness.WriteAsync("delete/d", """{"versions":[1]}""")).AssertDone();
        (await _harness.WriteAsync("delete/d", """{"versions":"2,3"}""")).AssertDone();
        Assert.Equal("1 2 3", await DeletedAsync("d"));
        (await _harness.ReadAsync("data/d?version=2")).AssertGone(2, destroyed: false);
        Assert.Equal(4, (await _harness.ReadAsync("data/d")).N());

        (await _harness.WriteAsync("undelete/d", """{"versions":["1","3",77]}""")).AssertDone();
        Assert.Equal("2", await DeletedAsync("d"));
    }

    [Theory]
    [InlineData("delete", "No version number provided")]
    [InlineData("undelete", "No version number provided")]
    [InlineData("destroy", "no version number provided")]
    public async Task At_least_one_version_must_be_named(string path, string error)
    {
        await _harness.PutAsync("d", 1);

        (await _harness.WriteAsync($"{path}/d", """{"versions":[]}""")).AssertRefused(400, error);
        (await _harness.WriteAsync($"{path}/d", "{}")).AssertRefused(400, error);
        (await _harness.WriteAsync($"{path}/d", """{"versions":["one"]}""")).AssertRefused(
            400,
            "Field validation failed: error converting input for field \"versions\": expected a list of whole numbers, or one text with commas");
        Assert.Equal(400, (await _harness.WriteAsync($"{path}/d", """{"versions":{"a":1}}""")).Status());
        Assert.Equal(1, (await _harness.ReadAsync("data/d")).N());
    }

    [Theory]
    [InlineData("delete")]
    [InlineData("undelete")]
    [InlineData("destroy")]
    public async Task A_key_that_is_not_there_is_passed_over(string path)
    {
        (await _harness.WriteAsync($"{path}/none", """{"versions":[1]}""")).AssertDone();

        Assert.Empty(await _harness.Store.KeysAsync());
    }

    [Fact]
    public async Task A_destroyed_version_keeps_its_row_and_cannot_come_back()
    {
        await PutAsync("x", 3);

        (await _harness.WriteAsync("destroy/x", """{"versions":[1,3]}""")).AssertDone();
        (await _harness.ReadAsync("data/x")).AssertGone(3, destroyed: true);
        (await _harness.ReadAsync("data/x?version=1")).AssertGone(1, destroyed: true);
        Assert.Equal(2, (await _harness.ReadAsync("data/x?version=2")).N());
        Assert.DoesNotContain(Convert.ToBase64String("""{"n":3}"""u8), await _harness.Store.TextAsync("meta/x"), StringComparison.Ordinal);

        (await _harness.WriteAsync("undelete/x", """{"versions":[1,3]}""")).AssertDone();
        (await _harness.DeleteAsync("data/x")).AssertDone();
        var gone = (await _harness.ReadAsync("data/x")).AssertGone(3, destroyed: true);
        Assert.Equal("", (string?)gone["deletion_time"]);

        Assert.Equal(4, await _harness.PutAsync("x", 4));
        Assert.Equal(4, (await _harness.ReadAsync("data/x")).N());
    }

    [Fact]
    public async Task A_deleted_version_that_is_destroyed_keeps_its_deletion_time()
    {
        await _harness.PutAsync("x", 1);
        await _harness.DeleteAsync("data/x");
        await _harness.WriteAsync("destroy/x", """{"versions":[1]}""");

        var gone = (await _harness.ReadAsync("data/x")).AssertGone(1, destroyed: true);
        Assert.NotEqual("", (string?)gone["deletion_time"]);
    }

    [Fact]
    public async Task A_version_deletes_itself_after_the_keys_time_and_undelete_gives_it_that_time_again()
    {
        (await _harness.WriteAsync("metadata/t", """{"delete_version_after":"10s"}""")).AssertDone();
        await _harness.PutAsync("t", 1);
        Assert.Equal(1, (await _harness.ReadAsync("data/t")).N());

        _harness.Clock.Advance(TimeSpan.FromSeconds(10));
        (await _harness.ReadAsync("data/t")).AssertGone(1, destroyed: false);

        (await _harness.WriteAsync("undelete/t", """{"versions":[1]}""")).AssertDone();
        _harness.Clock.Advance(TimeSpan.FromSeconds(9.9));
        Assert.Equal(1, (await _harness.ReadAsync("data/t")).N());
        _harness.Clock.Advance(TimeSpan.FromSeconds(0.1));
        (await _harness.ReadAsync("data/t")).AssertGone(1, destroyed: false);

        (await _harness.WriteAsync("metadata/t", """{"delete_version_after":0}""")).AssertDone();
        await _harness.PutAsync("t", 2);
        Assert.Equal("", (string?)(await _harness.ReadAsync("data/t")).Data()["metadata"]!["deletion_time"]);
    }

    [Theory]
    [InlineData("1h", "0s", 3600)]
    [InlineData("0s", "10s", 10)]
    [InlineData("1h", "10s", 10)]
    [InlineData("10s", "1h", 10)]
    [InlineData("0s", "0s", null)]
    [InlineData("-1s", "10s", null)]
    [InlineData("-5m", "0s", null)]
    public async Task The_shorter_of_mounts_and_keys_time_counts_and_a_negative_mount_switches_it_off(string mount, string key, int? seconds)
    {
        await _harness.WriteAsync("config", $$"""{"delete_version_after":"{{mount}}"}""");
        await _harness.WriteAsync("metadata/a", $$"""{"delete_version_after":"{{key}}"}""");
        await _harness.PutAsync("a", 1);

        var metadata = (await _harness.ReadAsync("data/a")).Data()["metadata"]!;

        if (seconds is null)
        {
            Assert.Equal("", (string?)metadata["deletion_time"]);
        }
        else
        {
            Assert.Equal(TimeSpan.FromSeconds(seconds.Value), TimeOf("deletion_time") - TimeOf("created_time"));
        }

        DateTimeOffset TimeOf(string name) => DateTimeOffset.Parse((string)metadata[name]!, CultureInfo.InvariantCulture);
    }

    private async Task PutAsync(string key, int count)
    {
        for (var i = 1; i <= count; i++)
        {
            await _harness.PutAsync(key, i);
        }
    }

    private async Task<string> DeletedAsync(string key)
    {
        var versions = (await _harness.MetadataAsync(key))["versions"]!.AsObject();
        return string.Join(' ', versions.Where(version => (string?)version.Value!["deletion_time"] != "").Select(version => version.Key));
    }
}
