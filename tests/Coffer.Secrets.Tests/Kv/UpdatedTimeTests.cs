using System.Globalization;
using Coffer.Sdk.Engines;
using Coffer.Testing.Engines;

namespace Coffer.Secrets.Tests.Kv;

/// <summary><c>updated_time</c> tells when a key last changed, by whatever path.</summary>
public sealed class UpdatedTimeTests : IAsyncDisposable
{
    private const string CatchAll = "{path:folder...}";

    private readonly EngineHarness _harness = VersionedHarness.New();

    /// <summary>Each way to change a key: row of the engine's table, operation, body.</summary>
    public static TheoryData<string, Operation, string?> Changes() => new()
    {
        { "data/{path:folder...}", Operation.Update, """{"data":{"n":3}}""" },
        { "data/{path:folder...}", Operation.Update, """{"data":null}""" },
        { "data/{path:folder...}", Operation.Patch, """{"data":{"n":3}}""" },
        { "data/{path:folder...}", Operation.Delete, null },
        { "delete/{path:folder...}", Operation.Update, """{"versions":[1,2]}""" },
        { "undelete/{path:folder...}", Operation.Update, """{"versions":[1]}""" },
        { "destroy/{path:folder...}", Operation.Update, """{"versions":[1]}""" },
        { "metadata/{path:folder...}", Operation.Update, """{"max_versions":5}""" },
        { "metadata/{path:folder...}", Operation.Update, """{"cas_required":true}""" },
        { "metadata/{path:folder...}", Operation.Update, """{"delete_version_after":"1h"}""" },
        { "metadata/{path:folder...}", Operation.Update, """{"custom_metadata":{"team":"blue"}}""" },
        { "metadata/{path:folder...}", Operation.Patch, """{"custom_metadata":{"team":"blue"}}""" },
        { "metadata/{path:folder...}", Operation.Patch, """{"max_versions":null}""" },
    };

    /// <summary>What changes nothing of a key with version 1 deleted.</summary>
    public static TheoryData<string, Operation, string?> NoChanges() => new()
    {
        { "data/k", Operation.Update, """{"options":{"cas":9},"data":{"n":3}}""" },
        { "delete/k", Operation.Update, """{"versions":[1,7]}""" },
        { "undelete/k", Operation.Update, """{"versions":[2,7]}""" },
        { "destroy/k", Operation.Update, """{"versions":[7]}""" },
        { "metadata/k", Operation.Update, "{}" },
        { "metadata/k", Operation.Patch, "{}" },
        { "metadata/k", Operation.Update, """{"max_versions":-1}""" },
        { "data/other", Operation.Update, """{"data":{"n":3}}""" },
        { "config", Operation.Update, """{"max_versions":5}""" },
    };

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Each_change_of_a_key_moves_its_updated_time(string row, Operation operation, string? body)
    {
        await MakeAsync();
        _harness.Clock.Advance(TimeSpan.FromMinutes(1));

        var reply = await _harness.AskAsync(operation, row.Replace(CatchAll, "k", StringComparison.Ordinal), body);

        Assert.InRange(reply.Status(), 200, 299);
        Assert.Equal(_harness.Clock.GetUtcNow(), await UpdatedAsync());
    }

    [Theory]
    [MemberData(nameof(NoChanges))]
    public async Task What_changes_nothing_of_a_key_leaves_its_updated_time(string path, Operation operation, string? body)
    {
        await MakeAsync();
        var before = await UpdatedAsync();
        _harness.Clock.Advance(TimeSpan.FromMinutes(1));

        await _harness.AskAsync(operation, path, body);

        Assert.Equal(before, await UpdatedAsync());
    }

    [Fact]
    public async Task Every_path_that_changes_a_key_is_in_the_table()
    {
        var known = Changes().Select(row => (row.Data.Item1, row.Data.Item2)).ToHashSet();
        var paths = (await _harness.EngineAsync()).Paths.Where(row => !row.Undocumented && row.Template.EndsWith(CatchAll, StringComparison.Ordinal));
        var all = paths.SelectMany(row => new[] { Operation.Update, Operation.Patch, Operation.Delete }
            .Where(operation => row.HandlerOf(operation) is not null).Select(operation => (row.Template, operation)));

        // A delete of the metadata leaves no key to look at.
        Assert.Equal(known.Append(("metadata/{path:folder...}", Operation.Delete)).Order(), all.Order());
    }

    /// <summary>Two versions, the first of them deleted.</summary>
    private async Task MakeAsync()
    {
        await _harness.PutAsync("k", 1);
        await _harness.PutAsync("k", 2);
        (await _harness.WriteAsync("delete/k", """{"versions":[1]}""")).AssertDone();
    }

    private async Task<DateTimeOffset> UpdatedAsync() =>
        DateTimeOffset.Parse((string)(await _harness.MetadataAsync("k"))["updated_time"]!, CultureInfo.InvariantCulture);
}
