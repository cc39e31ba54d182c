namespace Coffer.Sdk.Replies;

/// <summary>All that renewing and revoking will ever need. Never the secret itself.</summary>
/// <param name="Secret">The <see cref="Leases.ISecretKind.Name"/> that understands <paramref name="Data"/>.</param>
/// <param name="Data">The engine's own: names, account, hard end.</param>
public sealed record LeasePlan(string Secret, JsonText Data)
{
    /// <summary>Asked-for life; zero means the mount's default. Cut to the effective maximum. Used when the lease is made, and not stored: zero at renewals and revocations.</summary>
    public TimeSpan Ttl { get; init; }

    /// <summary>Longest life with all renewals; zero means the mount's maximum.</summary>
    public TimeSpan MaxTtl { get; init; }

    public bool Renewable { get; init; } = true;
}
