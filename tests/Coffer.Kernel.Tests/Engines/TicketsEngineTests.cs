using Coffer.Secrets.Tickets;
using Coffer.Testing.Engines;

namespace Coffer.Secrets.Tests.Tickets;

public sealed class TicketsEngineTests
{
    [Fact]
    public async Task A_ticket_is_good_at_the_desk_that_gave_it_alone_and_until_its_lease_ends()
    {
        await using var harness = new EngineHarness(TicketsEngine.Type);
        (await harness.WriteAsync("tickets/north")).AssertRefused(400, "there is no such desk: write desks/NAME first");
        (await harness.WriteAsync("desks/north")).AssertDone();
        var code = (string)(await harness.WriteAsync("tickets/north")).Data()["code"]!;
        async Task<bool> IsGoodAsync(string desk) => (bool)(await harness.WriteAsync($"check/{desk}", $$"""{"code":"{{code}}"}""")).Data()["good"]!;
        Assert.True(await IsGoodAsync("north"));
        Assert.False(await IsGoodAsync("south"));
        await harness.AdvanceAsync(TimeSpan.FromMinutes(10));
        Assert.False(await IsGoodAsync("north"));
    }
}
