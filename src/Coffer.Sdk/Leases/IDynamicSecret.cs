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
