using System.Collections.Immutable;
using Coffer.Kernel.Leases;
using Coffer.Kernel.Pipeline;
using Coffer.Kernel.Revocation;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary><c>sys/leases/owner</c>: lets a lease outlive the token that it was made with. The paths are the grants as well.</summary>
internal static class SysLeaseOwner
{
    private static readonly Field<string> LeaseId = Field.Text("lease_id", "Id of the lease.");

    public static ImmutableArray<EnginePath> Paths { get; } =
    [
        Path(OwnerKind.Entity, "Lets a lease of the caller's token end with the caller's entity instead."),
        Path(OwnerKind.None, "Lets a lease of the caller's token end at its own time alone."),
    ];

    private static EnginePath Path(OwnerKind kind, string synopsis) => new($"leases/owner/{LeaseOwnership.NameOf(kind)}", synopsis)
    {
        Description = "Update and sudo on this path also allow the header X-Coffer-Lease-Owner, which asks for the owner when the lease is made.",
        Fields = [LeaseId],
        Write = (request, cancellation) => GiveAsync(KernelRequest.Of(request), kind, cancellation),
        Sudo = true,
    };

    private static async ValueTask<Reply> GiveAsync(KernelRequest request, OwnerKind kind, CancellationToken cancellation)
    {
        var id = request.Get(LeaseId);
        if (id.Length == 0)
        {
            return Reply.Invalid("lease_id must be specified");
        }

        // Another's lease is answered as one that is not there.
        var caller = request.RequiredCaller;
        var lease = await MovedLeases.FindAsync(request.Work, request.Router.Table, id, cancellation);
        if (lease is not { IsToken: false, State: LeaseState.Active } || lease.Owner.Length == 0 || lease.Owner != caller.LeaseOwner)
        {
            return Reply.Invalid("invalid lease: only an active lease of the caller's own token can be given another owner");
        }

        if (kind == OwnerKind.Entity && caller.Identity.EntityId.Length == 0)
        {
            return Reply.Invalid("the token belongs to no entity, so none can own the lease");
        }

        LeaseStore.Put(request.Work, lease, LeaseOwnership.Given(lease, caller, kind));
        return Reply.Done;
    }
}
