using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Secrets.Cubbyhole;
using Coffer.Testing.Engines;

namespace Coffer.Secrets.Tests.Cubbyhole;

public sealed class CubbyholeEngineTests : IAsyncDisposable
{
    private readonly EngineHarness _harness = new(CubbyholeEngine.Type);

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Fact]
    public async Task A_value_is_written_read_listed_and_deleted()
    {
        (await _harness.WriteAsync("a", """{"v":"1","n":2}""")).AssertDone();
        (await _harness.WriteAsync("dir/b", """{"v":"2"}""")).AssertDone();

        Assert.Equal("""{"v":"1","n":2}""", (await _harness.ReadAsync("a")).DataText());
        Assert.Equal(["a", "dir/"], (await _harness.ListAsync("")).Keys());
        Assert.Equal(["b"], (await _harness.ListAsync("dir")).Keys());
        Assert.Equal(["b"], (await _harness.ListAsync("dir/")).Keys());

        (await _harness.DeleteAsync("a")).AssertDone();
        (await _harness.ReadAsync("a")).AssertRefused(404);
    }

    [Fact]
    public async Task Nothing_there_is_404_and_deleting_it_is_204()
    {
        (await _harness.ReadAsync("none")).AssertRefused(404);
        (await _harness.ReadAsync("")).AssertRefused(404);
        (await _harness.ListAsync("")).AssertRefused(404);
        (await _harness.ListAsync("none")).AssertRefused(404);
        (await _harness.DeleteAsync("none")).AssertDone();
        (await _harness.DeleteAsync("")).AssertDone();
    }

    [Fact]
    public async Task No_token_sees_what_another_wrote()
    {
        (await _harness.WriteAsync("x", """{"who":"one"}""")).AssertDone();

        var first = _harness.Token;
        _harness.Token = await _harness.NewTokenAsync("""{"policies":["root"]}""");
        (await _harness.ReadAsync("x")).AssertRefused(404);
        (await _harness.ListAsync("")).AssertRefused(404);
        (await _harness.WriteAsync("x", """{"who":"two"}""")).AssertDone();

        _harness.Token = first;
        Assert.Equal("""{"who":"one"}""", (await _harness.ReadAsync("x")).DataText());
    }

    [Fact]
    public async Task Everything_of_a_token_is_below_its_prefix()
    {
        await _harness.WriteAsync("a", """{"v":1}""");
        await _harness.WriteAsync("b/c", """{"v":1}""");

        var keys = await _harness.Store.KeysAsync();
        var scope = keys[0].Split('/')[0];
        Assert.Equal(scope + "/", CubbyholeEngine.PrefixOf(scope));
        Assert.All(keys, key => Assert.StartsWith(scope + "/", key, StringComparison.Ordinal));
        Assert.Contains(CubbyholeEngine.EntryOf(scope, "b/c"), keys);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    public void A_scope_that_is_no_segment_has_no_prefix(string scope) =>
        Assert.Throws<ArgumentException>(() => CubbyholeEngine.PrefixOf(scope));

    [Fact]
    public async Task Batch_tokens_are_refused_with_400()
    {
        await _harness.WritePolicyAsync("all", """path "*" { capabilities = ["create", "read", "update", "delete", "list"] }""");
        _harness.Token = await _harness.NewTokenAsync("""{"type":"batch","policies":["all"]}""");
        const string Text = "cubbyhole operations are only supported by \"service\" type tokens";

        (await _harness.ReadAsync("x")).AssertRefused(400, Text);
        (await _harness.WriteAsync("x", """{"a":1}""")).AssertRefused(400, Text);
        (await _harness.ListAsync("")).AssertRefused(400, Text);
        (await _harness.DeleteAsync("x")).AssertRefused(400, Text);
    }

    [Fact]
    public async Task A_caller_without_a_scope_has_no_cubbyhole()
    {
        // No token of today's kernel is without one, so the engine is asked past the kernel. It is to look at no store.
        var table = new PathTable((await _harness.EngineAsync()).Paths);
        Assert.True(table.TryMatch("x", listing: false, out var match));
        var request = new EngineRequest
        {
            Id = "1",
            Operation = Operation.Read,
            Path = "x",
            Mount = await _harness.MountAsync(),
            Caller = CallerView.None,
            Now = EngineHarness.Start,
            Fields = FieldValues.Parse(match.Path.Fields, default, match.Parameters, match.Spellings, out _),
            Storage = null!,
        };

        foreach (var operation in (Operation[])[Operation.Read, Operation.Update, Operation.List, Operation.Delete])
        {
            (await match.Path.HandlerOf(operation)!(request, TestContext.Current.CancellationToken)).AssertRefused(403, "permission denied");
        }
    }

    [Fact]
    public async Task A_write_needs_a_path_and_a_value()
    {
        (await _harness.WriteAsync("", """{"a":1}""")).AssertRefused(400, "missing path");
        (await _harness.WriteAsync("x")).AssertRefused(400, "missing data fields");
        (await _harness.WriteAsync("x", "{}")).AssertRefused(400, "missing data fields");
    }

    [Fact]
    public async Task A_wrapping_token_is_told_that_reading_its_response_here_is_deprecated()
    {
        await _harness.WriteAsync("response", """{"response":"{}"}""");
        Assert.Empty((await _harness.ReadAsync("response")).Warnings);

        _harness.Token = await _harness.WrapAsync("response", TimeSpan.FromMinutes(1));

        var reply = await _harness.ReadAsync("response");
        Assert.StartsWith("Reading from 'cubbyhole/response' is deprecated.", Assert.Single(reply.Warnings), StringComparison.Ordinal);
    }
}
