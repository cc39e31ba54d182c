using Coffer.Kernel.Audit;
using Coffer.Kernel.Leases;
using Coffer.Kernel.Lockout;
using Coffer.Kernel.Logging;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Seal;
using Coffer.Server.Logging;

namespace Coffer.Server.Configuration;

/// <summary>What a server is started with, whether from files or in dev mode. Immutable.</summary>
public sealed record ServerOptions
{
    public required StorageOptions Storage { get; init; }

    public required IReadOnlyList<ListenerOptions> Listeners { get; init; }

    public SystemTtl SystemTtl { get; init; } = SystemTtl.Standard;

    /// <summary>How long an outside system may still carry out a call that got no answer.</summary>
    public TimeSpan LateCallTime { get; init; } = LateCalls.Standard;

    /// <summary>Empty: a random name is made when the store is initialised.</summary>
    public string ClusterName { get; init; } = "";

    /// <summary>Where clients reach the server, such as <c>https://coffer.example.com:8200</c>; empty: the first listener's address.</summary>
    public string ApiAddress { get; init; } = "";

    /// <summary>When users are locked out after failed logins.</summary>
    public LockoutConfiguration Lockout { get; init; } = new();

    /// <summary>What checking passwords may take of the machine.</summary>
    public PasswordHashingOptions PasswordHashing { get; init; } = new();

    /// <summary>Whether <c>sys/metrics</c> speaks Prometheus' format; off with a <c>prometheus_retention_time</c> of 0.</summary>
    public bool ShowsPrometheus { get; init; } = true;

    /// <summary>Whether <c>sys/raw</c> shows and changes the store's own entries.</summary>
    public bool RawStorage { get; init; }

    /// <summary>Whether engines may connect to link-local and metadata addresses, where clouds serve the machine's own credentials.</summary>
    public bool AllowsLinkLocalEndpoints { get; init; }

    /// <summary>What the API may create in the way of audit devices, and the devices that the configuration declares.</summary>
    public AuditBounds Audit { get; init; } = new();

    public LogOptions Log { get; init; } = new();

    /// <summary>What the configuration said; of no effect on anything but what is shown of it.</summary>
    public GivenConfiguration Given { get; init; } = GivenConfiguration.None;

    /// <summary>Told of what the people who run the server want to know.</summary>
    public Action<LogLine> OnEvent { get; init; } = Unheard;

    /// <summary>Which of those lines are shown; changed while it runs. Null: nobody looks, since there is no log.</summary>
    public LogLevels? LogLevels { get; init; }

    /// <summary>Keys that unseal the server at its start, the current one first.</summary>
    public IReadOnlyList<StaticKeySource> StaticKeys { get; init; } = [];

    private static void Unheard(LogLine line)
    {
        // Whoever starts a server without a log does without.
    }
}
