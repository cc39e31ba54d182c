using Coffer.Kernel.Tests.Harness;

namespace Coffer.Kernel.Tests.Sys;

public class ToolsTests
{
    /// <summary>The examples of FIPS 180-4 and FIPS 202.</summary>
    [Theory]
    [InlineData("sha2-224", "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7")]
    [InlineData("sha2-256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData("sha3-224", "e642824c3f8cf24ad09234ee7d3c766fc9a3a5168d0c94ad73b46fdf")]
    [InlineData("sha3-256", "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532")]
    public async Task Hash_gives_the_sums_of_the_examples_in_the_standards(string algorithm, string sum)
    {
        await using var kernel = await KernelHarness.StartAsync();
        Assert.Equal(sum, (string)(await kernel.WriteAsync("sys/tools/hash", $$"""{"input":"YWJj","algorithm":"{{algorithm}}"}""")).Ok().Data["sum"]!);
    }

    [Theory]
    [InlineData("random", """{"source":"seal"}""", "not available")]
    [InlineData("random/all", "{}", "not available")]
    [InlineData("random/moon/8", "{}", "unsupported entropy source; must be")]
    [InlineData("random/platform/200000", "{}", "should be less than 131072")]
    [InlineData("hash", """{"input":"a b="}""", "input byte 1")]
    [InlineData("hash", """{"input":"abc"}""", "input byte 3")]
    [InlineData("hash", """{"input":"YQ==","algorithm":"sha3-225"}""", "unsupported algorithm; there are sha2-224")]
    public async Task A_request_that_cannot_be_carried_out_is_refused_with_400_and_a_reason(string path, string body, string expected)
    {
        await using var kernel = await KernelHarness.StartAsync();

        var answer = await kernel.WriteAsync("sys/tools/" + path, body);

        Assert.Contains(expected, (string)answer.Is(400).Json["errors"]![0]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("random/platform", 32)]
    [InlineData("random/platform/7", 7)]
    [InlineData("random/131072", 131072)]
    public async Task Random_returns_as_many_bytes_as_were_asked_for_and_others_each_time(string path, int count)
    {
        await using var kernel = await KernelHarness.StartAsync();

        var first = (string)(await kernel.WriteAsync("sys/tools/" + path)).Ok().Data["random_bytes"]!;

        Assert.Equal(count, Convert.FromBase64String(first).Length);
        Assert.NotEqual(first, (string)(await kernel.WriteAsync("sys/tools/" + path)).Ok().Data["random_bytes"]!);
    }
}
