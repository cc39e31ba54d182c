using System.Text.Json;
using Coffer.Kernel.Audit;
using Coffer.Kernel.Background;
using Coffer.Kernel.Clocks;
using Coffer.Kernel.Identity;
using Coffer.Kernel.Lockout;
using Coffer.Kernel.Logging;
using Coffer.Kernel.Metrics;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Policies;
using Coffer.Kernel.Revocation;
using Coffer.Kernel.Revocation.Jobs;
using Coffer.Kernel.Seal;
using Coffer.Kernel.Telemetry;
using Coffer.Kernel.Tidying;
using Coffer.Kernel.Tokens;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Primitives;

namespace Coffer.Kernel.Pipeline;

/// <summary>What an unsealed server works with. Made at unseal, thrown away at seal; holds no behaviour of its own.</summary>
internal sealed record KernelServices
{
    /// <summary>As the API reports it.</summary>
    public required string Version { get; init; }

    public required KernelClock Clock { get; init; }

    public required IRandom Random { get; init; }

    public required Transactor Transactions { get; init; }

    public required RouterFactory Routers { get; init; }

    public required SystemTtl SystemTtl { get; init; }

    public required TokenStore Tokens { get; init; }

    public required BatchTokens BatchTokens { get; init; }

    public required IdentityResolver Identities { get; init; }

    public required Authenticator Who { get; init; }

    /// <summary>Why the last requests were allowed or refused.</summary>
    public required RecentDecisions Decisions { get; init; }

    /// <summary>As <see cref="Hosting.KernelSettings.ApiAddress"/>.</summary>
    public required string ApiAddress { get; init; }

    public required Quarantine Quarantine { get; init; }

    public required LeaseRevoker Revoker { get; init; }

    /// <summary>What is due and not ended yet.</summary>
    public required RevocationLanes Lanes { get; init; }

    /// <summary>Cancelled at seal: every call to an outside system ends then.</summary>
    public required CancellationToken Stopping { get; init; }

    public required DueSignal Due { get; init; }

    public required RevocationJobs Jobs { get; init; }

    public required Tidy TokenTidy { get; init; }

    public required Tidy LeaseTidy { get; init; }

    public required LoginLockout Lockout { get; init; }

    public required IAuditLog Audit { get; init; }

    public required KeyringRotation Keys { get; init; }

    public required KeySlots Slots { get; init; }

    public required RootGeneration RootGeneration { get; init; }

    public required Rekeying Rekeying { get; init; }

    /// <summary>The keys that the configuration names for static slots.</summary>
    public required IReadOnlyList<StaticKeySource> StaticKeys { get; init; }

    /// <summary>What is counted, from the start of the process on.</summary>
    public required KernelMetrics Counters { get; init; }

    public required MetricsReport Metrics { get; init; }

    /// <summary>As <see cref="Hosting.KernelSettings.RawStorage"/>.</summary>
    public bool RawStorage { get; init; }

    /// <summary>As <see cref="Hosting.KernelOptions.DescribeConfiguration"/>.</summary>
    public Action<Utf8JsonWriter> DescribeConfiguration { get; init; } = _ => { };

    /// <summary>As <see cref="Hosting.KernelOptions.DescribeHost"/>.</summary>
    public Action<Utf8JsonWriter> DescribeHost { get; init; } = _ => { };

    /// <summary>As <see cref="Hosting.KernelOptions.OnEvent"/>.</summary>
    public required Action<LogLine> OnEvent { get; init; }

    /// <summary>As <see cref="Hosting.KernelOptions.LogLevels"/>.</summary>
    public required LogLevels LogLevels { get; init; }

    /// <summary>What of the server itself <c>sys/</c> may touch.</summary>
    public required IServerControl Control { get; init; }

}
