using Coffer.Kernel.Tests.Model;

namespace Coffer.Kernel.Tests.Simulation;

/// <summary>Simulated runs of a server. Each is decided by its seed, so one that fails can be repeated as it was.</summary>
/// <remarks>
/// COFFER_SIMULATION_RUNS sets the number of runs (few in the fast suite, many in the long one), COFFER_SIMULATION_SEED the first seed; each later run has
/// the next one. The fast suite has fixed seeds.
/// </remarks>
public sealed class SimulationTests
{
    private const int Steps = 80;
    private const int FirstSeed = 1;

    private static readonly int Runs = ModelTests.FromEnvironment("COFFER_SIMULATION_RUNS") ?? 25;
    private static readonly int Seed = ModelTests.FromEnvironment("COFFER_SIMULATION_SEED") ?? FirstSeed;

    [Fact]
    public async Task Whatever_happens_nothing_is_left_over_and_nothing_ends_before_its_time()
    {
        for (var run = 0; run < Runs; run++)
        {
            await RunAsync(Seed + run);
        }
    }

    [Fact]
    public async Task A_seed_decides_all_that_happens()
    {
        var first = await RunAsync(Seed);
        Assert.Equal(first, await RunAsync(Seed));
        Assert.NotEqual(first, await RunAsync(Seed + 1));
    }

    private static async Task<IReadOnlyList<string>> RunAsync(int seed)
    {
        await using var run = await SimulatedRun.StartAsync(seed);
        try
        {
            await run.RunAsync(Steps);
            await run.FinishAsync();
            return run.Trace;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            throw new InvalidOperationException(
                $"seed {seed}; repeat it: COFFER_SIMULATION_SEED={seed} COFFER_SIMULATION_RUNS=1 dotnet run dev.cs test -project Kernel -filter SimulationTests\n{run.Tail(30)}\n{failure.Message}",
                failure);
        }
    }
}
