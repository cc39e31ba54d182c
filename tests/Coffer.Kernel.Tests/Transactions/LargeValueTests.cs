using System.Text;
using System.Text.Json;
using Coffer.Kernel.Requests;
using Coffer.Kernel.Tests.Harness;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.Tests.Transactions;

/// <summary>Requests for large entries take turns at the memory for them, and nobody else waits.</summary>
public sealed class LargeValueTests
{
    /// <summary>Two of these fit, three do not.</summary>
    private const int LargeBytes = Limits.LargeValueBytesMax / 2 - 1024 * 1024;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_for_a_large_entry_waits_until_the_answer_of_another_is_sent()
    {
        await using var harness = await StartAsync();
        var first = await AskAsync(harness);
        using var second = (await AskAsync(harness)).Share;
        Assert.NotNull(second);
        var third = AskAsync(harness);
        Assert.False(third.IsCompleted);

        // A small one passes it by.
        var small = await AskAsync(harness, "small");
        Assert.Equal((200, null), (small.Status, small.Share));

        first.Share!.Dispose();
        first.Share.Dispose();
        using var share = (await third).Share;
        Assert.Equal(200, (await third).Status);
        Assert.True((await third).Body.Length > LargeBytes);
        Assert.False(AskAsync(harness).IsCompleted);
    }

    [Fact]
    public async Task Large_entries_of_the_kernel_and_smaller_ones_of_engines_wait_for_no_large_one()
    {
        await using var harness = await StartAsync();
        using var first = (await AskAsync(harness)).Share;
        using var second = (await AskAsync(harness)).Share;

        // A policy that each request of its token reads.
        var rules = string.Concat(Enumerable.Range(0, 2000).Select(i => $"path \\\"fake/items/{i}/{new string('x', 40)}\\\" {{ capabilities = [\\\"read\\\"] }}\\n"));
        (await harness.WriteAsync("sys/policies/acl/long", $$"""{"policy":"{{rules}}"}""")).Is(204);
        var token = (await harness.TokenAsync("""{"policies":["all","long"]}""")).ClientToken;
        (await harness.ReadAsync("fake/items/small", token)).Ok();

        var medium = await AskAsync(harness, "medium");
        Assert.Equal(200, medium.Status);
        Assert.NotNull(medium.Share);
        medium.Share.Dispose();
    }

    [Fact]
    public async Task A_request_that_waits_too_long_for_others_with_large_entries_is_answered_503()
    {
        await using var harness = await StartAsync();
        using var first = (await AskAsync(harness)).Share;
        using var second = (await AskAsync(harness)).Share;
        var third = AskAsync(harness);

        harness.Clock.Advance(Limits.LargeValueWaitMax);

        var refused = await third;
        Assert.Equal((503, null), (refused.Status, refused.Share));
        Assert.Contains("the entry is large", Encoding.UTF8.GetString(refused.Body.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_request_has_taken_comes_back_however_it_ends()
    {
        await using var harness = await StartAsync();
        using (var first = (await AskAsync(harness)).Share)
        {
            using var second = (await AskAsync(harness)).Share;

            // The client goes away.
            using var gone = new CancellationTokenSource();
            var waiting = AskAsync(harness, cancellation: gone.Token);
            await gone.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        }

        // The answer is an error, or a token takes its place.
        harness.Store.BeforeCommit = _ => throw new Storage.StoreUnavailableException("away");
        Assert.Equal(503, (await AskAsync(harness, wrap: TimeSpan.FromMinutes(1))).Status);
        harness.Store.BeforeCommit = null;
        for (var i = 0; i < 3; i++)
        {
            var patched = await SendAsync(harness, Operation.Delete, "absent");
            Assert.Equal(204, patched.Status);
            using var share = (await AskAsync(harness)).Share;
            Assert.NotNull(share);
        }

        using var one = (await AskAsync(harness)).Share;
        using var two = (await AskAsync(harness)).Share;
        Assert.NotNull(two);
    }

    private static async Task<KernelHarness> StartAsync()
    {
        var harness = await KernelHarness.StartAsync();
        (await harness.WriteAsync("fake/items/large", $$"""{"value":"{{new string('x', LargeBytes)}}"}""")).Is(204);
        (await harness.WriteAsync("fake/items/medium", $$"""{"value":"{{new string('x', Limits.LargeValueBytes - 4096)}}"}""")).Is(204);
        (await harness.WriteAsync("fake/items/small", $$"""{"value":"{{new string('x', Limits.UncountedValueBytes / 2)}}"}""")).Is(204);
        return harness;
    }

    private static Task<ApiReply> AskAsync(KernelHarness harness, string name = "large", TimeSpan? wrap = null, CancellationToken? cancellation = null) =>
        SendAsync(harness, Operation.Read, name, wrap, cancellation);

    private static Task<ApiReply> SendAsync(KernelHarness harness, Operation operation, string name, TimeSpan? wrap = null, CancellationToken? cancellation = null)
    {
        Assert.True(CanonicalPath.TryParse("fake/items/" + name, out var path, out _));
        var request = new ApiRequest { Id = "r", Path = path, Operation = operation, Token = harness.Root, WrapTtl = wrap, Data = default(JsonElement), RemoteAddress = "127.0.0.1" };
        return harness.Kernel.Requests.HandleAsync(request, cancellation ?? Cancellation).AsTask();
    }
}
