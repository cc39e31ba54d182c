using Coffer.Kernel.Tests.Harness;

namespace Coffer.Kernel.Tests.Sys;

public sealed class MountAccessorTests
{
    [Theory]
    [InlineData("sys/auth/people", "userpass", "^auth_userpass_[0-9a-f]{8}$")]
    [InlineData("sys/mounts/things", "fake", "^fake_[0-9a-f]{8}$")]
    public async Task A_new_mounts_accessor_names_its_type_and_that_it_is_an_auth_method(string path, string type, string form)
    {
        await using var harness = await KernelHarness.StartAsync();
        (await harness.WriteAsync(path, $$"""{"type":"{{type}}"}""")).Ok();

        Assert.Matches(form, (string)(await harness.ReadAsync(path)).Ok().Data["accessor"]!);
    }

    [Fact]
    public async Task The_token_methods_accessor_has_the_same_form()
    {
        await using var harness = await KernelHarness.StartAsync();

        Assert.Matches("^auth_token_[0-9a-f]{8}$", (string)(await harness.ReadAsync("sys/auth/token")).Ok().Data["accessor"]!);
    }
}
