using Coffer.Audit.Tests;
using Coffer.Kernel.Tests.Harness;
using Coffer.Storage;
using Coffer.Storage.Memory;
using Coffer.Storage.Sqlite;
using Coffer.Testing;

namespace Coffer.Kernel.Tests.Model;

/// <summary>The sequences of the model with a store that fails its n-th call, for every n that the sequence reaches.</summary>
/// <remarks>COFFER_MODEL_FAULT_RUNS sets the number of sequences, COFFER_MODEL_SEED the first seed.</remarks>
public sealed class FaultTests
{
    private const int Steps = 20;

    private static readonly int Runs = ModelTests.FromEnvironment("COFFER_MODEL_FAULT_RUNS") ?? 1;
    private static readonly int Seed = ModelTests.FromEnvironment("COFFER_MODEL_SEED") ?? Random.Shared.Next(1, 1_000_000);

    [Theory]
    [InlineData(FaultMoment.Before)]
    [InlineData(FaultMoment.After)]
    public async Task Whichever_call_of_the_store_fails_nothing_is_left_over(FaultMoment moment)
    {
        for (var run = 0; run < Runs; run++)
        {
            await FailEachCallAsync(Seed + run, moment, () => Task.FromResult<IStore>(new MemoryStore()));
        }
    }

    [Fact]
    public async Task Whichever_call_of_a_file_fails_nothing_is_left_over()
    {
        using var folder = new TemporaryFolder();
        for (var run = 0; run < Runs / 5; run++)
        {
            await FailEachCallAsync(Seed + run, FaultMoment.After, async () => await SqliteStore.OpenAsync(
                folder.File(Guid.NewGuid() + ".db"), new SqliteStoreOptions(), TestContext.Current.CancellationToken));
        }
    }

    private static async Task FailEachCallAsync(int seed, FaultMoment moment, Func<Task<IStore>> openStore)
    {
        var steps = Step.Sequence(seed, Steps);
        for (var n = 1; ; n++)
        {
            await using var harness = await KernelHarness.StartAsync(await openStore());
            var runner = new StepRunner(harness, strict: false);
            var before = harness.Store.Calls;
            harness.Store.FailCall(before + n, moment);
            try
            {
                foreach (var step in steps)
                {
                    await runner.RunAsync(step);
                }

                var reached = harness.Store.Calls - before;
                await runner.FinishAsync();
                if (reached < n)
                {
                    // A sequence of requests makes more calls than requests.
                    Assert.True(n > Steps, $"only {n - 1} calls were failed");
                    return;
                }
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                throw new InvalidOperationException(
                    $"call {n} failed {moment}, seed {seed}; repeat it: COFFER_MODEL_SEED={seed} dotnet run dev.cs test -project Kernel -filter Model.FaultTests\n{failure.Message}",
                    failure);
            }
        }
    }
}
