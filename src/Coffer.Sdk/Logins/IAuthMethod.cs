using System.Collections.Immutable;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Replies;
using Coffer.Sdk.Storage;

namespace Coffer.Sdk.Logins;

/// <summary>An engine that logs callers in, and is asked again when a token that it gave is to be renewed.</summary>
public interface IAuthMethod : IEngine
{
    /// <summary>Decides whether a token of this method may live longer, and on which terms. Only reads, and may run twice.</summary>
    ValueTask<LoginRenewal> RenewAsync(LoginRenewalRequest request, CancellationToken cancellation);
}

/// <summary>A token that asks for more time.</summary>
/// <param name="Storage">The method's own part of the store, inside the renewal's unit of work.</param>
/// <param name="Internal">What the login left in <see cref="LoginGrant.Internal"/>.</param>
/// <param name="Memory">Keeps what an outside system was asked, for when the renewal runs again after a conflict.</param>
/// <param name="Policies">The token's policies, canonical, <c>default</c> among them if it was added.</param>
public sealed record LoginRenewalRequest(
    IStorageReader Storage, ImmutableSortedDictionary<string, string> Internal, ImmutableArray<string> Policies, DateTimeOffset Now, RequestMemory Memory);

/// <summary>The answer to a renewal: one of the two.</summary>
public abstract record LoginRenewal
{
    private LoginRenewal()
    {
    }

    /// <summary>It may go on. Zero means the mount's own, as in <see cref="LoginGrant"/>.</summary>
    public sealed record Granted(TimeSpan Ttl, TimeSpan MaxTtl, TimeSpan Period) : LoginRenewal
    {
        /// <summary>Names of outside groups as they are now; <c>default</c> when the method has not looked, and the groups stay as they were.</summary>
        public ImmutableArray<string> GroupAliases { get; init; }
    }

    /// <summary>It may not: what it stood for has changed.</summary>
    /// <param name="Reason">For the client; never a secret.</param>
    public sealed record Refused(string Reason) : LoginRenewal;
}
