using System.Text.Json;
using Coffer.Kernel.Logging;
using Coffer.Kernel.Telemetry;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Outbound;
using Coffer.Sdk.Primitives;
using Coffer.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coffer.Kernel.Hosting;

/// <summary>All that a kernel is made of. Read once.</summary>
public sealed record KernelOptions : KernelSettings
{
    public KernelOptions()
    {
    }

    /// <summary>With settings that were read elsewhere, taken over as they are.</summary>
    public KernelOptions(KernelSettings settings)
        : base(settings)
    {
    }

    public required IStore Store { get; init; }

    /// <summary>What the store knows of itself; null where it cannot tell.</summary>
    public IStoreCondition? Condition { get; init; }

    public required TimeProvider Clock { get; init; }

    /// <summary>
    /// What engines sign calls to outside systems with: those compare it with their own clocks, so it is the system's whatever it does. The kernel's own time
    /// is <see cref="Clocks.KernelClock"/>.
    /// </summary>
    internal TimeProvider OutsideClock { get => field ?? Clock; init; }

    public required IRandom Random { get; init; }

    /// <summary>Every engine that can be mounted, the kernel's own not included.</summary>
    public required IReadOnlyList<EngineType> Engines { get; init; }

    /// <summary>Makes the network of one mount. It is disposed with the mount's engine, if it can be.</summary>
    public required Func<IOutbound> Outbound { get; init; }

    /// <summary>As <c>sys/seal-status</c> names it: <c>inmem</c>, <c>file</c>, <c>sqlite</c>.</summary>
    public required string StorageType { get; init; }

    /// <summary>The Vault version whose API is spoken, with Coffer's own as build metadata.</summary>
    public required string Version { get; init; }

    /// <summary>Where engines run functions that keep a core busy for long, such as hashes of passwords.</summary>
    public SlowWork SlowWork { get; init; } = new();

    /// <summary>What is counted; of the kernel, which makes it, so it outlives sealing.</summary>
    internal KernelMetrics Counters { get => field ?? throw new InvalidOperationException("no kernel has these options yet"); init; }

    /// <summary>Writes the members of <c>sys/config/state/sanitized</c>: never a secret.</summary>
    public Action<Utf8JsonWriter> DescribeConfiguration { get; init; } = _ => { };

    /// <summary>Writes the members of <c>sys/host-info</c> that tell of the machine.</summary>
    public Action<Utf8JsonWriter> DescribeHost { get; init; } = _ => { };

    /// <summary>Makes the loggers, by the names of <see cref="LogNames"/>. What is logged never holds a secret, a token, or the path of a secret.</summary>
    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;

    /// <summary>The logger that most events go to.</summary>
    internal ILogger Log => Loggers.CreateLogger(LogNames.Core);

    /// <summary>The logger of the end of leases.</summary>
    internal ILogger ExpirationLog => Loggers.CreateLogger(LogNames.Expiration);

    /// <summary>Which of those lines are shown, which <c>sys/loggers</c> changes; of the process, so it outlives sealing.</summary>
    public LogLevels LogLevels { get; init; } = new();
}
