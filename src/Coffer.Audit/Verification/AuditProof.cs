using System.Collections.Immutable;
using Coffer.Audit.Chain;

namespace Coffer.Audit.Verification;

/// <summary>What is known of a log from elsewhere. Without any of it, a chain shows accidents and no forgery: anybody can compute one.</summary>
public sealed record AuditProof
{
    public static AuditProof None { get; } = new();

    /// <summary>From <c>sys/audit-key</c>, in PEM; null leaves signatures unchecked.</summary>
    public string? PublicKeyPem { get; init; }

    /// <summary>UUID of the device whose log it must be; empty: any device's.</summary>
    public string Device { get; init; } = "";

    /// <summary>Lines that the log must hold, from <c>sys/audit-chain</c>.</summary>
    public ImmutableArray<AuditMark> Marks { get; init; } = [];
}
