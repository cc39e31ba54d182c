using Coffer.Kernel.Tests.Harness;

namespace Coffer.Kernel.Tests.Transactions;

public sealed class RequestMemoryTests
{
    [Fact]
    public async Task A_handler_that_runs_again_does_not_work_again()
    {
        await using var harness = await KernelHarness.StartAsync();
        harness.World.During = async operation =>
        {
            harness.World.During = _ => Task.CompletedTask;
            (await harness.WriteAsync("fake/counter")).Is(204);
        };

        (await harness.WriteAsync("fake/slow")).Is(204);

        Assert.Equal((2, 1), (harness.World.CallsOf("between"), harness.World.CallsOf("work")));
        Assert.Equal(2, (int)(await harness.ReadAsync("fake/counter")).Ok().Data["count"]!);

        // The next request has a memory of its own.
        (await harness.WriteAsync("fake/slow")).Is(204);
        Assert.Equal(2, harness.World.CallsOf("work"));
    }
}
