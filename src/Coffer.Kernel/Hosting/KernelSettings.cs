using Coffer.Audit.Devices;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Revocation;
using Coffer.Kernel.Seal;

namespace Coffer.Kernel.Hosting;

/// <summary>
/// The kernel's part of the configuration. The server's options and the kernel's are both made of it, so that a setting is declared once and never copied
/// member by member.
/// </summary>
public abstract record KernelSettings
{
    public SystemTtl SystemTtl { get; init; } = SystemTtl.Standard;

    /// <summary>How long an outside system may still carry out a call that got no answer.</summary>
    public TimeSpan LateCallTime { get; init; } = LateCalls.Standard;

    public string ClusterName { get; init; } = "";

    /// <summary>Where clients reach the server: scheme, host and port. Identity tokens name it as their maker unless an issuer is configured.</summary>
    public string ApiAddress { get; init; } = "";

    /// <summary>When users are locked out after failed logins.</summary>
    public LockoutConfiguration Lockout { get; init; } = new();

    /// <summary>Whether <c>sys/metrics</c> speaks Prometheus' format.</summary>
    public bool ShowsPrometheus { get; init; } = true;

    /// <summary>Whether <c>sys/raw</c> shows and changes the store's own entries.</summary>
    public bool RawStorage { get; init; }

    /// <summary>What the API may create in the way of audit devices.</summary>
    public AuditBounds Audit { get; init; } = new();

    /// <summary>Keys of static slots: they unseal the server at its start. The first is the one that new slots are made for.</summary>
    public IReadOnlyList<StaticKeySource> StaticKeys { get; init; } = [];
}
