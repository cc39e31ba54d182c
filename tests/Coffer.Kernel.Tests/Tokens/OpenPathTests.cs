using Coffer.Kernel.Tests.Harness;

namespace Coffer.Kernel.Tests.Tokens;

/// <summary>Paths that need no token, and what becomes of a token that is sent to them all the same.</summary>
public sealed class OpenPathTests
{
    /// <summary>A sealed server answers some of these by itself, without the kernel's table.</summary>
    public static TheoryData<string> Reads() =>
        new(BuiltInTables.Of("sys/").Where(row => row is { Unauthenticated: true, Read: not null })
            .Select(row => "sys/" + row.Template.Replace("{path...}", "fake/creds", StringComparison.Ordinal)));

    [Theory]
    [MemberData(nameof(Reads))]
    public async Task A_path_that_needs_no_token_takes_no_use_off_one(string path)
    {
        await using var harness = await KernelHarness.StartAsync();
        var token = await harness.TokenAsync("""{"num_uses":1,"ttl":"1h"}""");

        await harness.ReadAsync(path, token.ClientToken);

        (await harness.ReadAsync("auth/token/lookup-self", token.ClientToken)).Ok();
        (await harness.ReadAsync("auth/token/lookup-self", token.ClientToken)).Is(403);
    }

    [Fact]
    public async Task The_mount_of_a_path_is_shown_to_a_token_with_one_use()
    {
        await using var harness = await KernelHarness.StartAsync();
        var token = await harness.TokenAsync("""{"num_uses":1,"ttl":"1h"}""");

        var answer = (await harness.ReadAsync("sys/internal/ui/mounts/fake/creds", token.ClientToken)).Ok();

        Assert.Equal("fake/", (string?)answer.Json["data"]!["path"]);
    }

    [Fact]
    public void Only_a_path_that_needs_no_token_is_declared_to_spend_no_use() =>
        Assert.All(BuiltInTables.Of("sys/").Where(row => row.SpendsNoUse), row => Assert.True(row.Unauthenticated));
}
