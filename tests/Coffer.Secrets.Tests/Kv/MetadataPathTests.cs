using System.Text.Json.Nodes;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Replies;
using Coffer.Testing.Engines;

namespace Coffer.Secrets.Tests.Kv;

public sealed class MetadataPathTests : IAsyncDisposable
{
    private readonly EngineHarness _harness = VersionedHarness.New();

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Fact]
    public async Task Metadata_shows_settings_and_versions()
    {
        await _harness.PutAsync("m", 1);
        await _harness.PutAsync("m", 2);

        Assert.Equal(
            """{"cas_required":false,"created_time":"2026-01-02T03:04:05.001Z","current_version":"""
            + """2,"custom_metadata":null,"delete_version_after":"0s","max_versions":0,"oldest_version":"""
            + """0,"updated_time":"2026-01-02T03:04:05.002Z","versions":"""
            + """{"1":{"created_time":"2026-01-02T03:04:05.001Z","deletion_time":"","destroyed":false},"2":"""
            + """{"created_time":"2026-01-02T03:04:05.002Z","deletion_time":"","destroyed":false}}}""",
            (await _harness.ReadAsync("metadata/m")).DataText());
    }

    [Fact]
    public async Task Metadata_can_be_written_before_any_data()
    {
        (await _harness.WriteAsync("metadata/pre", """{"max_versions":3,"delete_version_after":"1h30m"}""")).AssertDone();
        Assert.Equal(Operation.Create, _harness.LastOperation);

        var metadata = await _harness.MetadataAsync("pre");
        Assert.Equal(0, (int)metadata["current_version"]!);
        Assert.Equal(3, (int)metadata["max_versions"]!);
        Assert.Equal("1h30m0s", (string?)metadata["delete_version_after"]);
        Assert.Empty(metadata["versions"]!.AsObject());
        (await _harness.ReadAsync("data/pre")).AssertRefused(404);
        (await _harness.DeleteAsync("data/pre")).AssertDone();
        Assert.Equal(["pre"], (await _harness.ListAsync("metadata")).Keys());

        var written = await _harness.WriteAsync("data/pre", """{"options":{"cas":0},"data":{"n":1}}""");
        Assert.Equal("2026-01-02T04:34:05Z", (string?)written.Data()["deletion_time"]);
    }

    [Fact]
    public async Task Metadata_without_a_setting_makes_no_key()
    {
        (await _harness.WriteAsync("metadata/bare", "{}")).AssertDone();

        (await _harness.ReadAsync("metadata/bare")).AssertRefused(404);
        (await _harness.ReadAsync("metadata/none")).AssertRefused(404);
    }

    [Theory]
    [InlineData("metadata/k", """{"max_versions":"many"}""")]
    [InlineData("metadata/k", """{"max_versions":-1}""")]
    [InlineData("metadata/k", """{"cas_required":[1]}""")]
    [InlineData("metadata/k", """{"delete_version_after":"later"}""")]
    [InlineData("metadata/k", """{"delete_version_after":"-1s"}""")]
    [InlineData("config", """{"max_versions":"seven"}""")]
    [InlineData("config", """{"max_versions":-1}""")]
    [InlineData("config", """{"cas_required":"perhaps"}""")]
    [InlineData("config", """{"delete_version_after":"soon"}""")]
    public async Task Settings_of_the_wrong_type_are_refused_and_change_nothing(string path, string body)
    {
        var reply = await _harness.WriteAsync(path, body);

        Assert.Equal(400, reply.Status());
        Assert.Contains(body.Split('"')[1], Assert.Single(reply.Errors()), StringComparison.Ordinal);
        Assert.Empty(await _harness.Store.KeysAsync());
    }

    [Fact]
    public async Task Config_keeps_what_is_not_sent_and_prints_durations_the_go_way()
    {
        await ExpectConfigAsync("{}", """{"cas_required":false,"delete_version_after":"0s","max_versions":0}""");
        await ExpectConfigAsync("""{"max_versions":5}""", """{"cas_required":false,"delete_version_after":"0s","max_versions":5}""");
        await ExpectConfigAsync("""{"cas_required":true}""", """{"cas_required":true,"delete_version_after":"0s","max_versions":5}""");
        await ExpectConfigAsync(
            """{"delete_version_after":"3h25m19s"}""", """{"cas_required":true,"delete_version_after":"3h25m19s","max_versions":5}""");
        await ExpectConfigAsync("""{"delete_version_after":90}""", """{"cas_required":true,"delete_version_after":"1m30s","max_versions":5}""");
        await ExpectConfigAsync(
            """{"delete_version_after":"-5m"}""", """{"cas_required":true,"delete_version_after":"-1s","max_versions":5}""");
        await ExpectConfigAsync(
            """{"max_versions":"7","cas_required":"false","delete_version_after":"0s"}""",
            """{"cas_required":false,"delete_version_after":"0s","max_versions":7}""");

        async Task ExpectConfigAsync(string body, string config)
        {
            (await _harness.WriteAsync("config", body)).AssertDone();
            Assert.Equal(config, (await _harness.ReadAsync("config")).DataText());
        }
    }

    [Fact]
    public async Task Ten_versions_are_kept_when_nothing_else_is_said()
    {
        for (var i = 1; i <= 9; i++)
        {
            await _harness.PutAsync("m", i);
        }

        Assert.Equal(0, (int)(await _harness.MetadataAsync("m"))["oldest_version"]!);
        await _harness.PutAsync("m", 10);
        Assert.Equal(1, (int)(await _harness.MetadataAsync("m"))["oldest_version"]!);
        await _harness.PutAsync("m", 11);

        var metadata = await _harness.MetadataAsync("m");
        Assert.Equal(2, (int)metadata["oldest_version"]!);
        Assert.Equal(Enumerable.Range(2, 10).Select(number => $"{number}"), Versions(metadata));
        (await _harness.ReadAsync("data/m?version=1")).AssertRefused(404);
        Assert.Equal(2, (await _harness.ReadAsync("data/m?version=2")).N());
    }

    [Fact]
    public async Task The_larger_window_of_mount_and_key_counts_from_the_next_write_on()
    {
        await _harness.WriteAsync("config", """{"max_versions":2}""");
        await WriteAsync(1, 3);
        await ExpectAsync(oldest: 2, "2", "3");

        await _harness.WriteAsync("metadata/m", """{"max_versions":4}""");
        await WriteAsync(4, 6);
        await ExpectAsync(oldest: 3, "3", "4", "5", "6");

        await _harness.WriteAsync("metadata/m", """{"max_versions":1}""");
        await ExpectAsync(oldest: 3, "3", "4", "5", "6");
        await WriteAsync(7, 7);
        await ExpectAsync(oldest: 6, "6", "7");

        async Task WriteAsync(int first, int last)
        {
            for (var i = first; i <= last; i++)
            {
                Assert.Equal(i, await _harness.PutAsync("m", i));
            }
        }

        async Task ExpectAsync(int oldest, params string[] versions)
        {
            var metadata = await _harness.MetadataAsync("m");
            Assert.Equal(oldest, (int)metadata["oldest_version"]!);
            Assert.Equal(versions, Versions(metadata));
        }
    }

    [Fact]
    public async Task Removing_a_key_takes_all_its_versions_and_numbers_start_anew()
    {
        await _harness.PutAsync("a/b", 1);
        await _harness.PutAsync("a/b", 2);

        (await _harness.DeleteAsync("metadata/a/b")).AssertDone();

        Assert.Empty(await _harness.Store.KeysAsync());
        (await _harness.ReadAsync("data/a/b?version=1")).AssertRefused(404);
        (await _harness.ReadAsync("metadata/a/b")).AssertRefused(404);
        (await _harness.ListAsync("metadata")).AssertRefused(404);
        (await _harness.WriteAsync("undelete/a/b", """{"versions":[1]}""")).AssertDone();
        Assert.Equal(1, await _harness.PutAsync("a/b", 10));
        (await _harness.DeleteAsync("metadata/none")).AssertDone();
    }

    [Fact]
    public async Task Cas_required_false_under_a_mandating_mount_is_stored_with_a_warning()
    {
        await _harness.WriteAsync("config", """{"cas_required":true}""");

        var reply = await _harness.WriteAsync("metadata/fresh", """{"cas_required":false}""");

        Assert.IsType<Reply.Empty>(reply);
        Assert.Equal(200, reply.Status());
        Assert.Equal(
            "\"cas_required\" set to false, but is mandated by backend config. This value will be ignored.", Assert.Single(reply.Warnings));
        (await _harness.WriteAsync("metadata/fresh", """{"cas_required":true}""")).AssertDone();
    }

    [Fact]
    public async Task Patch_changes_what_it_names_and_null_takes_back()
    {
        (await _harness.WriteAsync("metadata/cm", """{"max_versions":5,"custom_metadata":{"owner":"team-a","tier":"1"}}""")).AssertDone();

        (await _harness.PatchAsync("metadata/cm", """{"custom_metadata":{"tier":null,"new":"1"}}""")).AssertDone();
        var metadata = await _harness.MetadataAsync("cm");
        Assert.Equal("""{"new":"1","owner":"team-a"}""", metadata["custom_metadata"]!.ToJsonString());
        Assert.Equal(5, (int)metadata["max_versions"]!);

        (await _harness.PatchAsync("metadata/cm", """{"max_versions":null,"custom_metadata":null}""")).AssertDone();
        metadata = await _harness.MetadataAsync("cm");
        Assert.Equal(0, (int)metadata["max_versions"]!);
        Assert.Null(metadata["custom_metadata"]);
        (await _harness.PatchAsync("metadata/none", """{"max_versions":2}""")).AssertRefused(404);
    }

    [Fact]
    public async Task Custom_metadata_is_replaced_whole_and_shown_with_every_version()
    {
        await _harness.WriteAsync("metadata/cm", """{"custom_metadata":{"owner":"team-a"}}""");
        await _harness.WriteAsync("metadata/cm", """{"custom_metadata":{"z":1,"b":true}}""");

        var written = await _harness.WriteAsync("data/cm", """{"data":{"n":1}}""");

        Assert.Equal("""{"b":"1","z":"1"}""", written.Data()["custom_metadata"]!.ToJsonString());
        Assert.Equal("""{"b":"1","z":"1"}""", (await _harness.ReadAsync("data/cm")).Data()["metadata"]!["custom_metadata"]!.ToJsonString());
    }

    public static TheoryData<string, string[]> BadLabels => new()
    {
        { """{"":"empty name"}""", ["length of key 1 is 0 but must be 0 < len(key) <= 128"] },
        { """{"k":""}""", ["length of value for key 1 is 0 but must be 0 < len(value) <= 512"] },
        { """{"k":null}""", ["length of value for key 1 is 0 but must be 0 < len(value) <= 512"] },
        { """{"k":[1]}""", ["value for key 1 must be text"] },
        { """{"k":"a\nb"}""", ["value for key 1 contains unprintable characters"] },
        { """{"k\u200b":"v"}""", ["key 1 contains unprintable characters"] },
        { """{"k":"\ud83d"}""", ["value for key 1 must be text"] },
        { """{"\ud83d":"v"}""", ["key 1 is not valid Unicode"] },
        {
            """{"a":"","b":""}""",
            [
                "length of value for key 1 is 0 but must be 0 < len(value) <= 512",
                "length of value for key 2 is 0 but must be 0 < len(value) <= 512",
            ]
        },
    };

    [Theory]
    [MemberData(nameof(BadLabels))]
    public async Task Custom_metadata_is_text_by_name_within_limits(string labels, string[] problems)
    {
        var list = string.Concat(problems.Select(problem => $"\n\t* custom_metadata validation failed: {problem}"));

        (await _harness.WriteAsync("metadata/cm", $$"""{"custom_metadata":{{labels}}}""")).AssertRefused(
            400, $"{problems.Length} {(problems.Length == 1 ? "error" : "errors")} occurred:{list}\n\n");

        Assert.Empty(await _harness.Store.KeysAsync());
    }

    [Fact]
    public async Task Custom_metadata_has_limits_in_bytes_and_number()
    {
        Assert.Equal(204, await StatusAsync(new JsonObject { [new string('k', 128)] = new string('v', 512) }));
        Assert.Equal(400, await StatusAsync(new JsonObject { [new string('k', 129)] = "v" }));
        Assert.Equal(400, await StatusAsync(new JsonObject { ["k"] = new string('v', 513) }));
        Assert.Equal(400, await StatusAsync(new JsonObject { ["k"] = new string('ž', 257) }));
        Assert.Equal(204, await StatusAsync(Labels("a", 64)));
        Assert.Equal(400, await StatusAsync(Labels("a", 65)));

        var patch = new JsonObject { ["custom_metadata"] = Labels("b", 1) };
        (await _harness.PatchAsync("metadata/cm", patch.ToJsonString())).AssertRefused(
            400, "1 error occurred:\n\t* custom_metadata validation failed: a key can have at most 64 labels, these would make it 65\n\n");

        static JsonObject Labels(string prefix, int count) =>
            new(Enumerable.Range(0, count).Select(i => KeyValuePair.Create($"{prefix}{i}", (JsonNode?)"v")));

        async Task<int> StatusAsync(JsonObject labels) =>
            (await _harness.WriteAsync("metadata/cm", new JsonObject { ["custom_metadata"] = labels }.ToJsonString())).Status();
    }

    [Fact]
    public async Task A_listing_shows_keys_and_folders_deleted_keys_too()
    {
        (await _harness.ListAsync("metadata")).AssertRefused(404);
        foreach (var path in (string[])["b", "a", "a/x/1", "a/x/2"])
        {
            await _harness.PutAsync(path, 1);
        }

        Assert.Equal(["a", "a/", "b"], (await _harness.ListAsync("metadata")).Keys());
        Assert.Equal(["a", "a/", "b"], (await _harness.ListAsync("metadata/")).Keys());
        Assert.Equal(["x/"], (await _harness.ListAsync("metadata/a")).Keys());
        Assert.Equal(["1", "2"], (await _harness.ListAsync("metadata/a/x/")).Keys());
        (await _harness.ListAsync("metadata/b")).AssertRefused(404);
        (await _harness.ListAsync("metadata/none")).AssertRefused(404);

        await _harness.DeleteAsync("data/b");
        Assert.Equal(["a", "a/", "b"], (await _harness.ListAsync("metadata")).Keys());
        Assert.Equal(["a", "a/"], (await _harness.ListAsync("metadata?exclude_deleted=true")).Keys());
        (await _harness.ListAsync("data")).AssertRefused(405, "1 error occurred:\n\t* unsupported operation\n\n");
        (await _harness.ListAsync("data/a")).AssertRefused(405, "1 error occurred:\n\t* unsupported operation\n\n");
    }

    private static IEnumerable<string> Versions(JsonNode metadata) => metadata["versions"]!.AsObject().Select(version => version.Key);
}
