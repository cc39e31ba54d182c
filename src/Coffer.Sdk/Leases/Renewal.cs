namespace Coffer.Sdk.Leases;

/// <summary>A renewal's terms. The kernel cuts them to the effective maximum since issue.</summary>
/// <param name="Ttl">Life from now; zero means the mount's default.</param>
/// <param name="MaxTtl">Longest life since issue; zero means the mount's maximum.</param>
public sealed record Renewal(TimeSpan Ttl, TimeSpan MaxTtl);
