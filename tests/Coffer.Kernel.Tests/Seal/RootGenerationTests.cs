using System.Text;
using Coffer.Kernel.Tests.Harness;

namespace Coffer.Kernel.Tests.Seal;

public sealed class RootGenerationTests
{
    [Theory]
    [InlineData("")]
    [InlineData("chosen")]
    public async Task The_decoded_token_is_a_root_token(string password)
    {
        await using var harness = await KernelHarness.StartAsync();
        var length = (int)(await harness.ReadAsync("sys/generate-root/attempt")).Ok().Json["otp_length"]!;
        var own = password.Length == 0 ? "" : password.PadRight(length, 'x');
        var begun = (await harness.WriteAsync("sys/generate-root/attempt", $$"""{"otp":"{{own}}"}""")).Ok().Json;
        Assert.Equal(own.Length > 0, ((string)begun["otp"]!).Length == 0);

        var done = (await GiveAsync(harness, harness.Share, (string)begun["nonce"]!)).Ok().Json;

        var token = Decode((string)done["encoded_token"]!, own.Length > 0 ? own : (string)begun["otp"]!);
        Assert.Equal(26, length);
        Assert.Equal(length, token.Length);
        var self = (await harness.ReadAsync("auth/token/lookup-self", token)).Ok().Data;
        Assert.Equal(("root", "true", "0"), ((string)self["policies"]![0]!, self["orphan"]!.ToString(), self["ttl"]!.ToString()));
        (await harness.WriteAsync("sys/policies/acl/x", """{"policy":"path \"a\" { capabilities = [\"read\"] }"}""", token)).Ok();
    }

    [Fact]
    public async Task Sealing_ends_what_has_begun()
    {
        await using var harness = await KernelHarness.StartAsync();
        var begun = (await harness.WriteAsync("sys/generate-root/attempt", "{}")).Ok().Json;
        await harness.SealAsync();
        await harness.UnsealAsync();

        (await GiveAsync(harness, harness.Share, (string)begun["nonce"]!)).Is(400);
        Assert.Single(await harness.KeysAsync("token/id/"));
    }

    private static Task<Answer> GiveAsync(KernelHarness harness, string key, string nonce) =>
        harness.WriteAsync("sys/generate-root/update", $$"""{"key":"{{key}}","nonce":"{{nonce}}"}""");

    private static string Decode(string encoded, string password)
    {
        var bytes = Convert.FromBase64String(encoded.PadRight((encoded.Length + 3) / 4 * 4, '='));
        var key = Encoding.UTF8.GetBytes(password);
        return Encoding.UTF8.GetString([.. bytes.Select((value, i) => (byte)(value ^ key[i]))]);
    }
}
