using Coffer.Kernel.Tests.Harness;

namespace Coffer.Kernel.Tests.Requests;

public sealed class RefusalTests
{
    [Fact]
    public async Task CVE_2026_46405_a_refusal_keeps_nothing_of_what_its_handler_had_written_and_makes_no_token()
    {
        await using var harness = await KernelHarness.StartAsync();
        (await harness.WriteAsync("sys/auth/people", """{"type":"fakelogin"}""")).Ok();
        (await harness.WriteAsync("fake/items/kept", """{"value":"1"}""")).Ok();
        var before = await harness.RawAsync();

        Assert.Contains("refused after all", (await harness.WriteAsync("fake/refused/new", """{"value":"2"}""")).Is(400).Body, StringComparison.Ordinal);
        Assert.DoesNotContain("client_token", (await harness.WriteAsync("auth/people/login", """{"name":"kim","wrong":true}""", token: "")).Is(400).Body, StringComparison.Ordinal);
        Assert.DoesNotContain("client_token", (await harness.WriteAsync("auth/token/create", """{"ttl":"1h","type":"nonsense"}""")).Is(400).Body, StringComparison.Ordinal);

        Assert.Equal(before, await harness.RawAsync());
        (await harness.ReadAsync("fake/items/new")).Is(404);
        Assert.Equal("1", (string)(await harness.ReadAsync("fake/items/kept")).Ok().Data["value"]!);
    }
}
