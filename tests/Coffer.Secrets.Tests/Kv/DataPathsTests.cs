using Coffer.Sdk.Engines;
using Coffer.Testing.Engines;

namespace Coffer.Secrets.Tests.Kv;

public sealed class DataPathsTests : IAsyncDisposable
{
    private readonly EngineHarness _harness = VersionedHarness.New();

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Fact]
    public async Task A_write_answers_the_versions_metadata()
    {
        var reply = await _harness.WriteAsync("data/app", """{"data":{"user":"bob"}}""");

        Assert.Equal(
            """{"created_time":"2026-01-02T03:04:05Z","custom_metadata":null,"deletion_time":"","destroyed":false,"version":1}""",
            reply.DataText());
        Assert.Equal(Operation.Create, _harness.LastOperation);
    }

    [Fact]
    public async Task A_read_answers_data_and_metadata()
    {
        await _harness.WriteAsync("data/app", """{"data":{"user":"bob"}}""");
        _harness.Clock.Advance(TimeSpan.FromTicks(1_234_500));
        await _harness.WriteAsync("data/app", """{"data":{"user":"alice"}}""");
        Assert.Equal(Operation.Update, _harness.LastOperation);

        Assert.Equal(
            """{"data":{"user":"alice"},"metadata":"""
            + """{"created_time":"2026-01-02T03:04:05.12345Z","custom_metadata":null,"deletion_time":"","destroyed":false,"version":2}}""",
            (await _harness.ReadAsync("data/app")).DataText());
        Assert.Equal("bob", (string?)(await _harness.ReadAsync("data/app?version=1")).Data()["data"]!["user"]);
        (await _harness.ReadAsync("data/none")).AssertRefused(404);
        (await _harness.ReadAsync("data/none?version=1")).AssertRefused(404);
    }

    [Theory]
    [InlineData("0", 3)]
    [InlineData("-1", 3)]
    [InlineData("2", 2)]
    public async Task Version_zero_or_less_is_the_newest(string version, int n)
    {
        for (var i = 1; i <= 3; i++)
        {
            await _harness.PutAsync("a", i);
        }

        Assert.Equal(n, (await _harness.ReadAsync($"data/a?version={version}")).N());
        (await _harness.ReadAsync("data/a?version=4")).AssertRefused(404);
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("1.5")]
    [InlineData("")]
    public async Task A_version_that_is_no_number_is_refused(string version)
    {
        await _harness.PutAsync("s", 1);

        (await _harness.ReadAsync($"data/s?version={version}")).AssertRefused(
            400, "Field validation failed: error converting input for field \"version\": expected a whole number");
    }

    [Theory]
    [InlineData("""{"int":42,"float":1.50,"big":12345678901234567890,"nil":null,"list":[1,"two",{"three":3}],"uni":"\u017elu\u0165 🐎","el":[],"em":{}}""")]
    [InlineData("""{"weird key/with.dots":"1","":"empty name"}""")]
    [InlineData("{}")]
    [InlineData("""{"b":1,"a":2,"b":3}""")]
    public async Task Data_comes_back_in_its_own_spelling(string data)
    {
        await _harness.WriteAsync("data/v", $$$"""{"data": {{{data}}} }""");

        Assert.StartsWith($$$"""{"data":{{{data}}},"metadata":{""", (await _harness.ReadAsync("data/v")).DataText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"options":{"cas":1},"data":{"n":0}}""", "check-and-set parameter did not match the current version")]
    [InlineData("""{"options":{"cas":-1},"data":{"n":0}}""", "check-and-set parameter did not match the current version")]
    [InlineData("""{"options":{"cas":"x"},"data":{"n":0}}""", "error parsing check-and-set parameter")]
    [InlineData("""{"options":{"cas":null},"data":{"n":0}}""", "error parsing check-and-set parameter")]
    [InlineData("""{"options":{"cas":1.5},"data":{"n":0}}""", "error parsing check-and-set parameter")]
    [InlineData("""{"options":{"cas":[0]},"data":{"n":0}}""", "error parsing check-and-set parameter")]
    [InlineData("""{"options":{"cas":0}}""", "no data provided")]
    [InlineData("""{"a":"b"}""", "no data provided")]
    [InlineData("{}", "no data provided")]
    [InlineData(null, "no data provided")]
    [InlineData("""{"data":"text"}""", "Field validation failed: error converting input for field \"data\": expected an object")]
    [InlineData("""{"data":[1]}""", "Field validation failed: error converting input for field \"data\": expected an object")]
    [InlineData("""{"data":{"a":1},"options":"cas"}""", "Field validation failed: error converting input for field \"options\": expected an object")]
    public async Task A_write_that_cannot_be_is_refused_and_stores_nothing(string? body, string error)
    {
        (await _harness.WriteAsync("data/c", body)).AssertRefused(400, error);
        Assert.Empty(await _harness.Store.KeysAsync());
    }

    [Fact]
    public async Task Null_is_a_secret_without_fields()
    {
        Assert.Equal(1, (int)(await _harness.WriteAsync("data/c", """{"data":null}""")).Data()["version"]!);

        var reply = await _harness.ReadAsync("data/c");
        Assert.Equal(200, reply.Status());
        Assert.Equal("{}", reply.Data()["data"]!.ToJsonString());
    }

    [Fact]
    public async Task Check_and_set_allows_a_write_on_the_current_version_only()
    {
        Assert.Equal(200, (await _harness.WriteAsync("data/c", """{"options":{"cas":0},"data":{"n":1}}""")).Status());
        Assert.Equal(400, (await _harness.WriteAsync("data/c", """{"options":{"cas":0},"data":{"n":2}}""")).Status());
        Assert.Equal(200, (await _harness.WriteAsync("data/c", """{"options":{"cas":1},"data":{"n":2}}""")).Status());
        Assert.Equal(200, (await _harness.WriteAsync("data/c", """{"options":{"cas":"2"},"data":{"n":3}}""")).Status());
        Assert.Equal(200, (await _harness.WriteAsync("data/c", """{"options":{},"data":{"n":4}}""")).Status());
        Assert.Equal(4, (await _harness.ReadAsync("data/c")).N());
    }

    [Fact]
    public async Task Check_and_set_counts_deleted_versions_and_starts_anew_after_the_key_is_removed()
    {
        const string Mismatch = "check-and-set parameter did not match the current version";
        await _harness.PutAsync("c", 1);
        (await _harness.DeleteAsync("data/c")).AssertDone();
        (await _harness.WriteAsync("data/c", """{"options":{"cas":0},"data":{"n":2}}""")).AssertRefused(400, Mismatch);
        Assert.Equal(200, (await _harness.WriteAsync("data/c", """{"options":{"cas":1},"data":{"n":2}}""")).Status());

        (await _harness.DeleteAsync("metadata/c")).AssertDone();
        (await _harness.WriteAsync("data/c", """{"options":{"cas":2},"data":{"n":9}}""")).AssertRefused(400, Mismatch);
        var reply = await _harness.WriteAsync("data/c", """{"options":{"cas":0},"data":{"n":1}}""");
        Assert.Equal(1, (int)reply.Data()["version"]!);
    }

    [Theory]
    [InlineData("config")]
    [InlineData("metadata/k")]
    public async Task Check_and_set_can_be_required_by_mount_and_by_key(string path)
    {
        const string Required = "check-and-set parameter required for this call";
        (await _harness.WriteAsync(path, """{"cas_required":true}""")).AssertDone();

        (await _harness.WriteAsync("data/k", """{"data":{"n":1}}""")).AssertRefused(400, Required);
        Assert.Equal(200, (await _harness.WriteAsync("data/k", """{"options":{"cas":0},"data":{"n":1}}""")).Status());
        (await _harness.PatchAsync("data/k", """{"data":{"n":2}}""")).AssertRefused(400, Required);

        (await _harness.WriteAsync(path, """{"cas_required":false}""")).AssertDone();
        Assert.Equal(2, await _harness.PutAsync("k", 2));
    }

    [Fact]
    public async Task Delete_marks_the_newest_version_and_undelete_brings_it_back()
    {
        await _harness.PutAsync("d", 1);
        await _harness.PutAsync("d", 2);

        (await _harness.DeleteAsync("data/d")).AssertDone();
        var deletion = (string?)(await _harness.ReadAsync("data/d")).AssertGone(2, destroyed: false)["deletion_time"];
        Assert.Equal("2026-01-02T03:04:05.002Z", deletion);
        Assert.Equal(1, (await _harness.ReadAsync("data/d?version=1")).N());

        _harness.Clock.Advance(TimeSpan.FromSeconds(1));
        (await _harness.DeleteAsync("data/d")).AssertDone();
        Assert.Equal(deletion, (string?)(await _harness.ReadAsync("data/d")).AssertGone(2, destroyed: false)["deletion_time"]);

        (await _harness.WriteAsync("undelete/d", """{"versions":[2]}""")).AssertDone();
        Assert.Equal(2, (await _harness.ReadAsync("data/d")).N());
        (await _harness.DeleteAsync("data/none")).AssertDone();
    }

    [Fact]
    public async Task Patch_merges_into_the_newest_version_as_a_new_one()
    {
        await _harness.WriteAsync("data/p", """{"data":{"a":"1","b":{"x":1.0,"y":2},"c":"gone"}}""");

        var reply = await _harness.PatchAsync("data/p", """{"data":{"a":"2","b":{"y":null,"z":3},"c":null}}""");

        Assert.Equal(2, (int)reply.Data()["version"]!);
        Assert.StartsWith("""{"data":{"a":"2","b":{"x":1.0,"z":3}},""", (await _harness.ReadAsync("data/p")).DataText(), StringComparison.Ordinal);
        (await _harness.PatchAsync("data/p", """{"options":{"cas":1},"data":{"a":"3"}}""")).AssertRefused(
            400, "check-and-set parameter did not match the current version");
        Assert.Equal(3, (int)(await _harness.PatchAsync("data/p", """{"options":{"cas":2},"data":{"a":"3"}}""")).Data()["version"]!);
    }

    [Fact]
    public async Task Patch_needs_data_and_a_readable_newest_version()
    {
        await _harness.PutAsync("p", 1);

        (await _harness.PatchAsync("data/p", "{}")).AssertRefused(400, "no data provided");
        (await _harness.PatchAsync("data/none", """{"data":{"a":"3"}}""")).AssertRefused(404);
        (await _harness.WriteAsync("metadata/pre", """{"max_versions":3}""")).AssertDone();
        (await _harness.PatchAsync("data/pre", """{"data":{"a":"3"}}""")).AssertRefused(404);

        await _harness.DeleteAsync("data/p");
        var gone = await _harness.PatchAsync("data/p", """{"data":{"a":"4"}}""");
        Assert.Equal(404, gone.Status());
        Assert.Equal(1, (int)gone.Data()["version"]!);
        Assert.Equal(1, (int)(await _harness.MetadataAsync("p"))["current_version"]!);
    }

    [Theory]
    [InlineData("", """{"a":null,"b":{"c":{"d":null}},"e":null,"l":null}""")]
    [InlineData("?depth=0", """{"a":null,"b":{"c":{"d":null}},"e":null,"l":null}""")]
    [InlineData("?depth=1", """{"a":null,"b":null,"e":null,"l":null}""")]
    [InlineData("?depth=2", """{"a":null,"b":{"c":null},"e":null,"l":null}""")]
    [InlineData("?version=1", """{"a":null,"b":{"c":{"d":null}},"e":null,"l":null}""")]
    public async Task Subkeys_show_names_without_values(string query, string shape)
    {
        await _harness.WriteAsync("data/s", """{"data":{"a":"1","b":{"c":{"d":1}},"e":{},"l":[{"x":1}]}}""");

        var reply = await _harness.ReadAsync("subkeys/s" + query);

        Assert.Equal(shape, reply.Data()["subkeys"]!.ToJsonString());
        Assert.Equal(1, (int)reply.Data()["metadata"]!["version"]!);
    }

    [Fact]
    public async Task Subkeys_of_what_is_not_readable_are_404()
    {
        await _harness.PutAsync("s", 1);

        (await _harness.ReadAsync("subkeys/s?version=9")).AssertRefused(404);
        (await _harness.ReadAsync("subkeys/none")).AssertRefused(404);
        await _harness.DeleteAsync("data/s");
        var gone = await _harness.ReadAsync("subkeys/s");
        Assert.Equal(404, gone.Status());
        Assert.Null(gone.Data()["subkeys"]);
        Assert.Equal(1, (int)gone.Data()["metadata"]!["version"]!);
    }

    [Fact]
    public async Task Data_that_is_large_has_an_entry_of_its_own_and_goes_with_its_version()
    {
        var large = new string('x', 5000);
        for (var i = 1; i <= 3; i++)
        {
            await _harness.WriteAsync("data/a/big", $$$"""{"data":{"v":"{{{large}}}{{{i}}}"}}""");
        }

        Assert.Equal(["data/a/big/1", "data/a/big/2", "data/a/big/3", "meta/a/big"], await _harness.Store.KeysAsync());
        Assert.Equal(large + "2", (string?)(await _harness.ReadAsync("data/a/big?version=2")).Data()["data"]!["v"]);

        (await _harness.WriteAsync("destroy/a/big", """{"versions":[2]}""")).AssertDone();
        Assert.Equal(["data/a/big/1", "data/a/big/3", "meta/a/big"], await _harness.Store.KeysAsync());
        (await _harness.WriteAsync("metadata/a/big", """{"max_versions":2}""")).AssertDone();
        await _harness.PutAsync("a/big", 4);
        Assert.Equal(["data/a/big/3", "meta/a/big"], await _harness.Store.KeysAsync());
        await _harness.PutAsync("a/big", 5);
        Assert.Equal(["data/a/big/4", "meta/a/big"], await _harness.Store.KeysAsync());
        (await _harness.DeleteAsync("metadata/a/big")).AssertDone();
        Assert.Empty(await _harness.Store.KeysAsync());
    }

    [Fact]
    public async Task The_newest_small_secret_costs_one_get_to_read_and_at_most_two_puts_to_write()
    {
        await _harness.PutAsync("a", 1);
        Assert.Equal(1, _harness.Cost.Puts);
        await _harness.PutAsync("a", 2);
        Assert.Equal((3, 0, 2, 0), _harness.Cost); // The gets: create or update, settings, key.
        Assert.Equal("""{"n":1}""", await _harness.Store.TextAsync("data/a/1"));

        await _harness.ReadAsync("data/a");
        Assert.Equal((1, 0, 0, 0), _harness.Cost);
        await _harness.ReadAsync("data/a?version=1");
        Assert.Equal((2, 0, 0, 0), _harness.Cost);
    }

    [Fact]
    public async Task Small_and_large_secrets_in_turn_cost_two_puts_at_most()
    {
        foreach (var length in (int[])[1, 5000, 5000, 1, 1, 5000, 1])
        {
            await _harness.WriteAsync("data/a", $$$"""{"data":{"v":"{{{new string('x', length)}}}"}}""");
            Assert.InRange(_harness.Cost.Puts, 1, 2);
        }

        foreach (var (number, length) in ((int, int)[])[(1, 1), (2, 5000), (3, 5000), (4, 1), (5, 1), (6, 5000), (7, 1)])
        {
            Assert.Equal(length, ((string)(await _harness.ReadAsync($"data/a?version={number}")).Data()["data"]!["v"]!).Length);
        }
    }

    [Fact]
    public async Task Large_secrets_cost_two_gets_to_read_and_two_puts_to_write()
    {
        await _harness.WriteAsync("data/a", $$$"""{"data":{"v":"{{{new string('x', 5000)}}}"}}""");
        Assert.Equal(2, _harness.Cost.Puts);

        await _harness.ReadAsync("data/a");
        Assert.Equal((2, 0, 0, 0), _harness.Cost);
    }

    [Fact]
    public async Task Data_that_the_store_has_lost_is_an_error_and_not_a_missing_secret()
    {
        await _harness.WriteAsync("data/a", $$$"""{"data":{"v":"{{{new string('x', 5000)}}}"}}""");
        await _harness.Store.ChangeAsync(view => view.Delete("data/a/1"));

        await Assert.ThrowsAsync<InvalidDataException>(() => _harness.ReadAsync("data/a"));
    }

    [Fact]
    public async Task No_path_can_be_taken_for_the_version_of_another()
    {
        var large = new string('x', 5000);
        foreach (var path in (string[])["a", "a/1", "a/1/1", "1"])
        {
            await _harness.WriteAsync($"data/{path}", $$$"""{"data":{"path":"{{{path}}}","v":"{{{large}}}"}}""");
        }

        foreach (var path in (string[])["a", "a/1", "a/1/1", "1"])
        {
            Assert.Equal(path, (string?)(await _harness.ReadAsync($"data/{path}")).Data()["data"]!["path"]);
        }

        Assert.Equal(8, (await _harness.Store.KeysAsync()).Count);
    }
}
