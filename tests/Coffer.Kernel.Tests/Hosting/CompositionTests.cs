using System.Text.Json.Nodes;
using Coffer.Kernel.Clocks;
using Coffer.Kernel.Hosting;
using Coffer.Kernel.OpenApi;
using Coffer.Kernel.Seal;
using Coffer.Kernel.Telemetry;
using Coffer.Kernel.Tests.Harness;
using Coffer.Kernel.Tests.Paths;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Primitives;
using Coffer.Storage.Memory;

namespace Coffer.Kernel.Tests.Hosting;

/// <summary>Putting the objects of a server together.</summary>
public sealed class CompositionTests
{
    [Fact]
    public async Task Putting_a_server_together_neither_reads_nor_writes_the_store()
    {
        await using var store = new TouchedKeys(new MemoryStore());
        using var metrics = new KernelMetrics("1");
        var options = new KernelOptions
        {
            Store = store,
            Clock = TimeProvider.System,
            Random = SystemRandom.Instance,
            Engines = [],
            Outbound = () => throw new InvalidOperationException("nothing is mounted"),
            StorageType = "inmem",
            Version = "1",
            Counters = metrics,
        };
        var clock = new KernelClock(options.Clock, options.Log, metrics.ClockSteps);
        using var keys = UnsealedKeys.ThrowAway(options.Random, clock);

        using var parts = new Composition(options, clock, new NoControl(), keys, CancellationToken.None, CancellationToken.None);

        Assert.NotEmpty(parts.SysEngine.Paths);
        Assert.Empty(store.Take());
    }

    [Fact]
    public async Task The_tables_without_a_server_are_those_that_a_running_server_describes()
    {
        await using var harness = await KernelHarness.StartAsync();
        var running = PathsOf((await harness.ReadAsync("sys/internal/specs/openapi")).Ok().Json);

        Assert.All(BuiltInPaths.Compose(), table => Assert.Equal(PathsOf(Described(table.Mount, table.Paths)), running.Where(path => path.StartsWith("/" + table.Mount, StringComparison.Ordinal))));
    }

    private static JsonNode Described(string mount, PathTable table) => JsonNode.Parse(OpenApiDocument.Write("1", [new DescribedMount(mount, "", table.Paths)]).Span)!;

    private static IEnumerable<string> PathsOf(JsonNode document) => document["paths"]!.AsObject().Select(path => path.Key).Order(StringComparer.Ordinal);

    private sealed class NoControl : IServerControl
    {
        public void RequestSeal() => throw new InvalidOperationException("nothing runs");

        public void NoteSlotsChanged() => throw new InvalidOperationException("nothing runs");
    }
}
