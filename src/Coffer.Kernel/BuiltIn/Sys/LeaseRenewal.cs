using System.Collections.Immutable;
using Coffer.Kernel.Background;
using Coffer.Kernel.EngineStorage;
using Coffer.Kernel.Leases;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Pipeline;
using Coffer.Kernel.Revocation;
using Coffer.Kernel.Telemetry;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Leases;
using Coffer.Sdk.Replies;
using Coffer.Sdk.Storage;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary>Renewals of leases.</summary>
/// <param name="stopping">Cancelled at seal, which ends calls to outside systems.</param>
internal sealed class LeaseRenewal(Transactor transactions, DueSignal due, KernelMetrics counters, TimeProvider clock, CancellationToken stopping)
{
    private static readonly Field<string> LeaseId = Field.Text("lease_id", "Id of the lease.");
    private static readonly Field<TimeSpan> Increment = Field.Duration("increment", "Wished-for life from now.");

    public ImmutableArray<EnginePath> Paths =>
    [
        new("leases/renew", "Renews a lease.") { Fields = [LeaseId, Increment], Write = RenewAsync },
        new("leases/renew/{lease_id...}", "Renews a lease.") { Fields = [LeaseId, Increment], Write = RenewAsync },
        new("renew", "Old path of leases/renew.") { Fields = [LeaseId, Increment], Write = RenewAsync },
        new("renew/{lease_id...}", "Old path of leases/renew.") { Fields = [LeaseId, Increment], Write = RenewAsync },
    ];

    private async ValueTask<Reply> RenewAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var id = request.Get(LeaseId);
        if (id.Length == 0)
        {
            return Reply.Invalid("lease_id must be specified");
        }

        var lease = await MovedLeases.FindAsync(request.Work, request.Router.Table, id, cancellation);
        if (Problem(lease, request.Now) is { } problem)
        {
            return Reply.Invalid(problem);
        }

        var mounted = request.Router.FindByUuid(lease!.MountUuid);
        if (mounted?.SecretOf(lease.Secret) is not { } secret)
        {
            return Reply.Invalid("the mount that made this lease is not here any more");
        }

        // The engine may call the outside system, so it runs once, after this commit. The lease is then changed in a second unit of work.
        var increment = request.Get(Increment);
        return Reply.Done.Then(ct => RunAsync(request, lease, mounted, secret, increment, ct));
    }

    private static string? Problem(LeaseRecord? lease, DateTimeOffset now) => lease switch
    {
        null => "lease not found",
        { IsToken: true } => "tokens cannot be renewed through this endpoint",
        { Renewable: false } => "lease is not renewable",
        { State: not LeaseState.Active } => "lease expired",
        _ => lease.ExpireTime <= now ? "lease expired" : null,
    };

    private async ValueTask<Reply?> RunAsync(
        KernelRequest request, LeaseRecord lease, MountedEngine mounted, ISecretKind secret, TimeSpan increment, CancellationToken cancellation)
    {
        var begin = clock.GetTimestamp();
        Renewal renewal;
        try
        {
            var reader = new LatestReader(transactions, mounted.Mount.Uuid);
            var ownerEnd = await OwnerEnd.OfAsync(transactions.Begin(), request.Router, lease, cancellation);
            var context = new SecretContext(lease.Id, mounted.View, reader, lease.IssueTime, clock.GetUtcNow()) { OwnerEnd = ownerEnd };
            using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellation, stopping);
            if (!mounted.Instance.TryEnter(out var use))
            {
                return Reply.Invalid("the mount has changed while the lease was being renewed; try again");
            }

            using var _ = use;
            renewal = await secret.RenewAsync(context, lease.ToPlan(), increment, ends.Token);
        }
        catch (EngineException error)
        {
            return Reply.Refuse(error.Kind, $"failed to renew: {error.Message}");
        }

        var (renewed, granted) = await transactions.RunAsync(
            work => CommitAsync(work, request.Router, lease.Id, mounted.View, renewal, increment, cancellation), cancellation);
        if (renewed is null)
        {
            return Reply.Invalid("lease not found");
        }

        due.Add(renewed.Due);
        counters.Renewals.Record(clock.GetElapsedTime(begin).TotalSeconds);
        var now = renewed.LastRenewal ?? renewed.IssueTime;
        var present = await OwnerEnd.PresentAsync(transactions.Begin(), renewed, CancellationToken.None);
        var end = LeaseEnd.Of(renewed, present, now);
        return new Reply.Empty { Warnings = granted.WarningsBeside(end, present, now) }
            .Shaped(new ReplyShape { LeaseId = lease.Id, LeaseDuration = granted.Ttl, Renewable = true, End = end });
    }

    private async ValueTask<(LeaseRecord? Lease, GrantedTtl Granted)> CommitAsync(
        UnitOfWork work, Router router, string id, MountView view, Renewal renewal, TimeSpan increment, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var lease = await LeaseStore.GetAsync(work, id, cancellation);
        if (lease is not { State: LeaseState.Active } || lease.ExpireTime <= now)
        {
            return default;
        }

        var granted = TtlRules.Grant(new TtlRequest
        {
            Asked = increment,
            Proposed = renewal.Ttl,
            Default = view.DefaultLeaseTtl,
            Max = view.MaxLeaseTtl,
            OwnMax = renewal.MaxTtl,
            Issued = lease.IssueTime,
            Now = now,
        });
        granted = granted.Until(await OwnerEnd.OfAsync(transactions.Begin(), router, lease, cancellation), now);
        var renewed = lease with { ExpireTime = now + granted.Ttl, Due = now + granted.Ttl, LastRenewal = now, LimitedBy = granted.Bound };
        LeaseStore.Put(work, lease, renewed);
        return (renewed, granted);
    }
}
