using Coffer.Sdk.Replies;

namespace Coffer.Sdk.Leases;

/// <summary>A kind of credential with a lease. It is one of two: <see cref="IDynamicSecret"/> has its effect outside, <see cref="IStoredSecret"/> in our own store.</summary>
public interface ISecretKind
{
    /// <summary>Stored with each lease; never changed once released.</summary>
    string Name { get; }

    /// <summary>How long the lease may now live. Changes nothing in the plan.</summary>
    ValueTask<Renewal> RenewAsync(SecretContext context, LeasePlan plan, TimeSpan increment, CancellationToken cancellation);
}
