using System.Collections.Concurrent;
using Coffer.Kernel.Leases;
using Coffer.Sdk.Leases;
using Coffer.Sdk.Replies;
using Coffer.Sdk.Storage;

namespace Coffer.Testing.Engines;

/// <summary>A kind of secret in the store: notes each call of the kernel, and has each lease's first revocation meet one conflict.</summary>
internal sealed class WatchedStoredSecret(IStoredSecret inner, EngineHarness harness) : IStoredSecret
{
    private readonly ConcurrentDictionary<string, bool> _conflicted = new(StringComparer.Ordinal);

    public string Name => inner.Name;

    public ValueTask<Renewal> RenewAsync(SecretContext context, LeasePlan plan, TimeSpan increment, CancellationToken cancellation)
    {
        harness.Note(new SecretCall(SecretStep.Renew, context, plan) { Increment = increment });
        return inner.RenewAsync(context, plan, increment, cancellation);
    }

    public async ValueTask RevokeAsync(SecretContext context, IStorageView storage, LeasePlan plan, CancellationToken cancellation)
    {
        harness.Note(new SecretCall(SecretStep.Revoke, context, plan));
        await inner.RevokeAsync(context, new CountedView(storage, harness.Shared, before: null), plan, cancellation);
        if (harness.RunsTwice && _conflicted.TryAdd(context.LeaseId, true))
        {
            // The kernel has read the lease in the same commit.
            await harness.TouchAsync(LeaseKeys.Record(context.LeaseId));
        }
    }
}
