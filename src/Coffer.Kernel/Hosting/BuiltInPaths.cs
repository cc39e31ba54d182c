using System.Diagnostics;
using Coffer.Kernel.Clocks;
using Coffer.Kernel.Seal;
using Coffer.Kernel.Telemetry;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Primitives;
using Coffer.Storage.Memory;

namespace Coffer.Kernel.Hosting;

/// <summary>The tables of the engines that every server has, for those who describe or judge a path without a server.</summary>
public static class BuiltInPaths
{
    /// <summary>Puts the engines together over a store that is empty, with keys that open nothing. Their rows are to be read; their handlers cannot run.</summary>
    /// <returns>Paths of mounts, each with its slash, and what is there.</returns>
    public static IReadOnlyList<(string Mount, PathTable Paths)> Compose()
    {
        using var metrics = new KernelMetrics("");
        var options = new KernelOptions
        {
            Store = new MemoryStore(),
            Clock = TimeProvider.System,
            Random = SystemRandom.Instance,
            Engines = [],
            Outbound = () => throw new UnreachableException("nothing is mounted"),
            StorageType = "",
            Version = "",
            Counters = metrics,
        };
        var clock = new KernelClock(options.Clock, options.Log, metrics.ClockSteps);
        using var keys = UnsealedKeys.ThrowAway(options.Random, clock);
        using var parts = new Composition(options with { Clock = clock }, clock, new NoServer(), keys, CancellationToken.None, CancellationToken.None);
        return
        [
            ("sys/", new PathTable(parts.SysEngine.Paths)),
            ("auth/token/", new PathTable(parts.TokenEngine.Paths)),
            ("identity/", new PathTable(parts.IdentityEngine.Paths)),
        ];
    }

    /// <summary>No request reaches it, since no handler runs.</summary>
    private sealed class NoServer : IServerControl
    {
        public void RequestSeal() => throw new UnreachableException("there is no server to seal");

        public void NoteSlotsChanged() => throw new UnreachableException("there is no server with key slots");
    }
}
