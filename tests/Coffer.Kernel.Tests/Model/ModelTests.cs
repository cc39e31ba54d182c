using System.Globalization;
using Coffer.Audit.Tests;
using Coffer.Storage;
using Coffer.Storage.Memory;
using Coffer.Storage.Sqlite;

namespace Coffer.Kernel.Tests.Model;

/// <summary>Random sequences of requests, waits and restarts on a server and on a simple model, which must agree on every answer and on what is kept.</summary>
/// <remarks>
/// COFFER_MODEL_RUNS sets the number of sequences (few in the fast suite, many in the long one), COFFER_MODEL_SEED the first seed; each later sequence
/// has the next one.
/// </remarks>
public sealed class ModelTests
{
    private const int Steps = 60;

    private static readonly int Runs = FromEnvironment("COFFER_MODEL_RUNS") ?? 20;
    private static readonly int Seed = FromEnvironment("COFFER_MODEL_SEED") ?? Random.Shared.Next(1, 1_000_000);

    [Fact]
    public async Task A_server_on_a_memory_store_does_what_the_model_does()
    {
        for (var run = 0; run < Runs; run++)
        {
            await Sequences.RunAsync(Seed + run, Steps, () => Task.FromResult<IStore>(new MemoryStore()));
        }
    }

    [Fact]
    public async Task A_server_on_a_file_does_what_the_model_does()
    {
        using var folder = new TemporaryFolder();
        for (var run = 0; run < (Runs + 4) / 5; run++)
        {
            await Sequences.RunAsync(Seed + run, Steps, async () => await SqliteStore.OpenAsync(
                folder.File(Guid.NewGuid() + ".db"), new SqliteStoreOptions(), TestContext.Current.CancellationToken));
        }
    }

    internal static int? FromEnvironment(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
