using Coffer.Kernel.Tests.Harness;
using Coffer.Secrets.Tickets;

namespace Coffer.Kernel.Tests.Engines;

/// <summary>Runs the engine of docs/write-an-engine.md; that the page shows this very code is checked with the other documents.</summary>
public sealed class WriteAnEngineTests
{
    [Fact]
    public async Task The_engine_of_the_page_can_be_mounted_and_does_what_the_page_says()
    {
        await using var harness = await KernelHarness.StartAsync(engines: [TicketsEngine.Type]);
        (await harness.WriteAsync("sys/mounts/tickets", """{"type":"tickets"}""")).Is(204);
        (await harness.WriteAsync("tickets/tickets/north")).Is(400);
        (await harness.WriteAsync("tickets/desks/north", """{"ttl":"5m"}""")).Is(204);
        Assert.Equal(300, (int)(await harness.ReadAsync("tickets/desks/north")).Ok().Data["ttl"]!);

        var given = (await harness.WriteAsync("tickets/tickets/north")).Ok();
        Assert.Equal(300, (int)given.Json["lease_duration"]!);
        Assert.True(await IsGoodAsync(harness, given));

        await harness.AdvanceAsync(TimeSpan.FromMinutes(6));
        Assert.False(await IsGoodAsync(harness, given));
        Assert.Empty(await harness.LeasesAsync());
    }

    private static async Task<bool> IsGoodAsync(KernelHarness harness, Answer given) =>
        (bool)(await harness.WriteAsync("tickets/check/north", $$"""{"code":"{{given.Data["code"]}}"}""")).Ok().Data["good"]!;
}
