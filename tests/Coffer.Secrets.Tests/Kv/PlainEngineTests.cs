using Coffer.Sdk.Engines;
using Coffer.Sdk.Leases;
using Coffer.Sdk.Replies;
using Coffer.Secrets.Kv;
using Coffer.Testing.Engines;

namespace Coffer.Secrets.Tests.Kv;

public sealed class PlainEngineTests : IAsyncDisposable
{
    private readonly EngineHarness _harness = new(KvEngines.Type);

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Fact]
    public async Task A_write_replaces_the_whole_value()
    {
        (await _harness.WriteAsync("app", """{"user":"bob","pass":"x"}""")).AssertDone();
        Assert.Equal(Operation.Create, _harness.LastOperation);
        (await _harness.WriteAsync("app", """{"user":"alice"}""")).AssertDone();
        Assert.Equal(Operation.Update, _harness.LastOperation);

        Assert.Equal("""{"user":"alice"}""", (await _harness.ReadAsync("app")).DataText());
    }

    [Fact]
    public async Task A_deleted_value_is_404_and_deleting_again_is_204()
    {
        await _harness.WriteAsync("app", """{"a":1}""");

        (await _harness.DeleteAsync("app")).AssertDone();
        (await _harness.ReadAsync("app")).AssertRefused(404);
        (await _harness.DeleteAsync("app")).AssertDone();
        Assert.Empty(await _harness.Store.KeysAsync());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("1")]
    public async Task Version_1_is_what_a_mount_has_without_the_option(string? version)
    {
        await using var harness = new EngineHarness(KvEngines.Type, version is null ? null : new Dictionary<string, string> { ["version"] = version });

        (await harness.WriteAsync("data/k", """{"a":"1"}""")).AssertDone();
        Assert.Equal("""{"a":"1"}""", (await harness.ReadAsync("data/k")).DataText());
    }

    [Fact]
    public async Task Generic_is_version_1_by_its_old_name()
    {
        await using var harness = new EngineHarness(KvEngines.Type);

        (await harness.WriteAsync("k", """{"a":"1"}""")).AssertDone();
        Assert.Equal("""{"a":"1"}""", (await harness.ReadAsync("k")).DataText());
    }

    [Fact]
    public async Task An_unknown_version_is_refused_by_name()
    {
        await using var harness = new EngineHarness(KvEngines.Type, new Dictionary<string, string> { ["version"] = "3" });

        var refused = await Assert.ThrowsAsync<EngineException>(() => harness.ReadAsync("a"));

        Assert.Equal(FailureClass.Invalid, refused.Failure);
        Assert.Equal("kv has no such version: set the option version to \"1\" or \"2\"", refused.Message);
    }

    [Theory]
    [InlineData("""{"v":"1"}""", 3600)]
    [InlineData("""{"v":"1","ttl":"30s"}""", 30)]
    [InlineData("""{"v":"1","ttl":90}""", 90)]
    [InlineData("""{"v":"1","lease":"10m"}""", 600)]
    [InlineData("""{"v":"1","ttl":"not a duration"}""", 3600)]
    [InlineData("""{"v":"1","ttl":"2h","lease":"1s"}""", 7200)]
    [InlineData("""{"v":"1","ttl":"120"}""", 120)]
    [InlineData("""{"v":"1","ttl":null,"lease":"10m"}""", 0)]
    [InlineData("""{"v":"1","ttl":0}""", 0)]
    [InlineData("""{"v":"1","ttl":""}""", 0)]
    [InlineData("""{"v":"1","ttl":true}""", 3600)]
    [InlineData("""{"v":"1","ttl":"1000000h"}""", 3_600_000_000)]
    [InlineData("""{"v":"1","ttl":"-5m"}""", 3600)]
    [InlineData("""{"v":"1","ttl":{"a":1}}""", 3600)]
    public async Task The_lease_hint_is_the_values_own_ttl_or_the_mounts_default(string value, long seconds)
    {
        await _harness.TuneAsync("""{"default_lease_ttl":"1h"}""");
        await _harness.WriteAsync("a", value);

        var data = Assert.IsType<Reply.Data>(await _harness.ReadAsync("a"));

        Assert.Equal(TimeSpan.FromSeconds(seconds), data.LeaseHint);
        Assert.Equal(value, data.DataText());
        Assert.Empty(data.Warnings);
    }

    [Fact]
    public async Task A_ttl_beyond_the_mounts_maximum_is_shown_as_it_is_since_no_lease_is_behind_it()
    {
        await _harness.TuneAsync("""{"default_lease_ttl":"1h","max_lease_ttl":"1h"}""");
        await _harness.WriteAsync("a", """{"ttl":"2h"}""");

        var data = Assert.IsType<Reply.Data>(await _harness.ReadAsync("a"));

        Assert.Equal(TimeSpan.FromHours(2), data.LeaseHint);
        Assert.Empty(data.Warnings);
    }

    [Fact]
    public async Task A_listing_shows_names_and_folders_and_a_name_can_be_both()
    {
        (await _harness.ListAsync("")).AssertRefused(404);
        foreach (var path in (string[])["z", "a/b/c", "a/b/d", "a"])
        {
            await _harness.WriteAsync(path, """{"v":1}""");
        }

        Assert.Equal(["a", "a/", "z"], (await _harness.ListAsync("")).Keys());
        Assert.Equal(["b/"], (await _harness.ListAsync("a")).Keys());
        Assert.Equal(["b/"], (await _harness.ListAsync("a/")).Keys());
        Assert.Equal(["c", "d"], (await _harness.ListAsync("a/b")).Keys());
        (await _harness.ListAsync("a/b/c")).AssertRefused(404);
        (await _harness.ListAsync("none")).AssertRefused(404);

        await _harness.DeleteAsync("a/b/c");
        await _harness.DeleteAsync("a/b/d");
        (await _harness.ListAsync("a")).AssertRefused(404);
        Assert.Equal(["a", "z"], (await _harness.ListAsync("")).Keys());
    }

    [Fact]
    public async Task A_listing_is_ordered_by_bytes_with_the_slash_included()
    {
        foreach (var path in (string[])["a0", "a/x", "a.b", "a-b", "a"])
        {
            await _harness.WriteAsync(path, """{"v":1}""");
        }

        Assert.Equal(["a", "a-b", "a.b", "a/", "a0"], (await _harness.ListAsync("")).Keys());
    }

    [Theory]
    [InlineData("""{"int":42,"neg":-7,"float":1.5,"big":12345678901234567890,"exp":1000.0,"e":1E+2,"nil":null,"list":[1,"two",[3],{}],"em":{}}""")]
    [InlineData("""{"tiny":1e-07,"lead":"007","max":9223372036854775807,"min":-9223372036854775808}""")]
    [InlineData("""{"esc":"\u017e\ud83d\udc0e \u0000 \/ \" \\","raw":"žluťoučký 🐎"}""")]
    [InlineData("""{"b":1,"a":2,"b":3}""")]
    [InlineData("""{"half":"\ud83d"}""")]
    public async Task A_value_comes_back_in_its_own_spelling(string value)
    {
        (await _harness.WriteAsync("mix", value)).AssertDone();

        Assert.Equal(value, (await _harness.ReadAsync("mix")).DataText());
    }

    [Fact]
    public async Task Blanks_between_tokens_are_dropped_and_those_in_texts_kept()
    {
        await _harness.WriteAsync("a", "{ \"a b\" :\t[ 1 ,\n\" x \\\" y \\\\\" ] }\r\n");

        Assert.Equal("""{"a b":[1," x \" y \\"]}""", (await _harness.ReadAsync("a")).DataText());
    }

    [Fact]
    public async Task A_write_needs_a_path_and_at_least_one_field()
    {
        (await _harness.WriteAsync("x", "{}")).AssertRefused(400, "missing data fields");
        (await _harness.WriteAsync("x")).AssertRefused(400, "missing data fields");
        (await _harness.WriteAsync("x", "null")).AssertRefused(400, "missing data fields");
        (await _harness.WriteAsync("", """{"a":"b"}""")).AssertRefused(400, "missing path");
        (await _harness.ReadAsync("")).AssertRefused(404);
        (await _harness.ReadAsync("x")).AssertRefused(404);
    }

    [Fact]
    public async Task A_slash_at_the_end_names_no_value()
    {
        await _harness.WriteAsync("With Blank/Ünïcode", """{"v":"1"}""");
        await _harness.WriteAsync("dir", """{"v":"2"}""");

        (await _harness.ReadAsync("With Blank/")).AssertRefused(404);
        (await _harness.ReadAsync("dir/")).AssertRefused(404);
        (await _harness.DeleteAsync("dir/")).AssertDone();
        Assert.Equal("""{"v":"2"}""", (await _harness.ReadAsync("dir")).DataText());
        Assert.Equal(["Ünïcode"], (await _harness.ListAsync("With Blank")).Keys());
    }

    [Fact]
    public async Task Query_parameters_of_a_read_are_no_data()
    {
        await _harness.WriteAsync("x", """{"v":"1"}""");

        Assert.Equal("""{"v":"1"}""", (await _harness.ReadAsync("x?v=2&other=3")).DataText());
    }

    [Fact]
    public async Task A_read_costs_one_get_and_a_write_one_put()
    {
        await _harness.WriteAsync("x", """{"v":"1"}""");
        Assert.Equal((1, 0, 1, 0), _harness.Cost); // The one get tells create from update.

        await _harness.ReadAsync("x");
        Assert.Equal((1, 0, 0, 0), _harness.Cost);
    }

    [Fact]
    public async Task An_entry_of_an_unknown_format_is_not_taken_for_a_value()
    {
        await _harness.Store.ChangeAsync(view => view.Put("v1/x", "{\"this is\":\"longer than a header\"}"u8.ToArray()));

        await Assert.ThrowsAsync<InvalidDataException>(() => _harness.ReadAsync("x"));
    }
}
