using Coffer.Secrets.Tickets;
using Coffer.Testing.Engines;

namespace Coffer.Secrets.Tests.Tickets;

public sealed class TicketsEngineTests : IAsyncDisposable
{
    private readonly EngineHarness _harness = new(TicketsEngine.Type);

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Fact]
    public async Task A_ticket_is_good_at_the_desk_that_gave_it_and_at_no_other()
    {
        (await _harness.WriteAsync("tickets/north")).AssertRefused(400, "there is no such desk: write desks/NAME first");
        (await _harness.WriteAsync("desks/north")).AssertDone();
        var code = (string)(await _harness.WriteAsync("tickets/north")).Data()["code"]!;

        Assert.True((bool)(await _harness.WriteAsync("check/north", $$"""{"code":"{{code}}"}""")).Data()["good"]!);
        Assert.False((bool)(await _harness.WriteAsync("check/south", $$"""{"code":"{{code}}"}""")).Data()["good"]!);
    }
}
