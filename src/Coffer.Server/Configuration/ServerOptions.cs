using Coffer.Kernel.Hosting;
using Coffer.Kernel.Logging;
using Coffer.Sdk.Engines;
using Coffer.Server.Logging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coffer.Server.Configuration;

/// <summary>What a server is started with, whether from files or in dev mode. Immutable.</summary>
public sealed record ServerOptions : KernelSettings
{
    public required StorageOptions Storage { get; init; }

    public required IReadOnlyList<ListenerOptions> Listeners { get; init; }

    /// <summary>How long a request may take at a listener that does not say.</summary>
    public TimeSpan RequestTime { get; init; } = new ListenerTimes().Request;

    /// <summary>What checking passwords may take of the machine.</summary>
    public PasswordHashingOptions PasswordHashing { get; init; } = new();

    /// <summary>Every engine that can be mounted: those that come with Coffer, and what a program that embeds the server adds.</summary>
    public IReadOnlyList<EngineType> Engines { get; init; } = EngineCatalog.All;

    /// <summary>Whether engines may connect to link-local and metadata addresses, where clouds serve the machine's own credentials.</summary>
    public bool AllowsLinkLocalEndpoints { get; init; }

    public LogOptions Log { get; init; } = new();

    /// <summary>Where metrics and traces are sent; null: nowhere.</summary>
    public OtlpOptions? Otlp { get; init; }

    /// <summary>What the configuration said; of no effect on anything but what is shown of it.</summary>
    public GivenConfiguration Given { get; init; } = GivenConfiguration.None;

    /// <summary>Makes the loggers of what the people who run the server want to know.</summary>
    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Which events are shown; changed while it runs. Null: nobody looks, since there is no log.</summary>
    public LogLevels? LogLevels { get; init; }
}
