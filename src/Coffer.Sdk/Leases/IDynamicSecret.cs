using Coffer.Sdk.Engines;
using Coffer.Sdk.Replies;

namespace Coffer.Sdk.Leases;

/// <summary>A kind of credential that is made at an outside system on demand, and taken away when its lease ends.</summary>
/// <remarks>
/// Deciding (the plan) is a handler's work and ends in <see cref="Reply.Leased"/>. The kernel commits the lease in state <c>creating</c>, calls
/// <see cref="CreateAsync"/>, commits <c>active</c>, and only then replies. So whatever dies, a durable record is there from which
/// <see cref="RevokeAsync"/> cleans up. Failures are thrown as <see cref="EngineException"/>: its class decides about retries.
/// </remarks>
public interface IDynamicSecret : ISecretKind
{
    /// <summary>
    /// Makes the credential. Its lease is durable by now. May be called again after an unknown outcome. Makes no further call once it is cancelled: the
    /// server is sealed, the client is gone, or the time is over, and the lease is then revoked.
    /// </summary>
    ValueTask<CreatedSecret> CreateAsync(SecretContext context, LeasePlan plan, CancellationToken cancellation);

    /// <summary>
    /// Removes whatever the plan may have made, however far creating came. "Not there" is success. May be called any number of times, and is called again
    /// while a call of the creation may still be carried out.
    /// </summary>
    ValueTask RevokeAsync(SecretContext context, LeasePlan plan, CancellationToken cancellation);
}

/// <summary>What the three calls may use: committed configuration to read, and the time.</summary>
/// <param name="IssueTime">When the lease was made.</param>
public sealed record SecretContext(string LeaseId, MountView Mount, IStorageReader Storage, DateTimeOffset IssueTime, DateTimeOffset Now)
{
    /// <summary>As <see cref="EngineRequest.OwnerEnd"/>, at a renewal.</summary>
    public DateTimeOffset? OwnerEnd { get; init; }
}

/// <summary>All that renewing and revoking will ever need. Never the secret itself.</summary>
/// <param name="Secret">The <see cref="ISecretKind.Name"/> that understands <paramref name="Data"/>.</param>
/// <param name="Data">The engine's own: names, account, hard end.</param>
public sealed record LeasePlan(string Secret, JsonText Data)
{
    /// <summary>Asked-for life; zero means the mount's default. Cut to the effective maximum.</summary>
    public TimeSpan Ttl { get; init; }

    /// <summary>Longest life with all renewals; zero means the mount's maximum.</summary>
    public TimeSpan MaxTtl { get; init; }

    public bool Renewable { get; init; } = true;
}

/// <summary>What was made: given once, in the reply, and not kept.</summary>
/// <param name="Data">The <c>data</c> object of the reply.</param>
public sealed record CreatedSecret(JsonText Data)
{
    /// <summary>
    /// Set when the outside system decides the end itself (STS): the lease then ends there. The engine has checked that it lies ahead and no
    /// further than was asked for.
    /// </summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>A call of the creation got no answer and was repeated: it may still be carried out and make once more what the plan names.</summary>
    public bool Unsettled { get; init; }

    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>A renewal's terms. The kernel cuts them to the effective maximum since issue.</summary>
/// <param name="Ttl">Life from now; zero means the mount's default.</param>
/// <param name="MaxTtl">Longest life since issue; zero means the mount's maximum.</param>
public sealed record Renewal(TimeSpan Ttl, TimeSpan MaxTtl);
