using System.Collections.Immutable;
using Coffer.Kernel.Background;
using Coffer.Kernel.Leases;
using Coffer.Kernel.Pipeline;
using Coffer.Kernel.Revocation;
using Coffer.Kernel.Revocation.Jobs;
using Coffer.Kernel.Tidying;
using Coffer.Kernel.Tokens;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary><c>sys/leases/</c>: look-ups, revocations by id and by prefix; renewals are in <see cref="LeaseRenewal"/>.</summary>
internal sealed class SysLeases(Transactor transactions, TokenStore tokens, LeaseRevoker revoker, DueSignal due, JobWait jobs, Tidy tidy)
{
    private static readonly Field<string> LeaseId = Field.Text("lease_id", "Id of the lease.");
    private static readonly Field<bool> Sync = Field.Boolean("sync", "Answer only when it is done.", true);
    private static readonly Field<TimeSpan> Wait = Field.Duration("wait", "Answer after this long at the latest, with the job and how many leases it has revoked; without it only when it is done.");
    private static readonly Field<string> Reason = Field.Text("reason", "Kept with the tombstone of what is forgotten.");

    public ImmutableArray<EnginePath> Paths =>
    [
        new("leases/lookup", "Shows a lease; listed, the first parts of all lease ids.") { Fields = [LeaseId], Write = LookupAsync, List = ListAllAsync },
        new("leases/lookup/{prefix...}", "Lists the leases below a prefix.") { List = (request, ct) => ListAsync(request, request.Param("prefix"), ct), Sudo = true },
        new("leases/revoke", "Revokes a lease.") { Fields = [LeaseId, Sync], Write = RevokeAsync },
        new("leases/revoke-prefix/{prefix...}", "Revokes every lease below a prefix, and the lease of exactly this id.") { Fields = [Sync, Wait], Write = (request, ct) => RevokePrefixAsync(request, force: false, ct), Sudo = true },
        new("leases/revoke-force/{prefix...}", "Forgets every lease below a prefix, and the lease of exactly this id, also where its secret cannot be removed. Tombstones say what those were.")
        {
            Fields = [Wait, Reason], Write = (request, ct) => RevokePrefixAsync(request, force: true, ct), Sudo = true,
        },
        new("leases/revoke/{lease_id...}", "Revokes a lease.") { Fields = [LeaseId, Sync], Write = RevokeAsync },
        .. TidyPaths.Of("leases/", "Looks through the lease store for what should not be there.", tidy),
        new("revoke-prefix/{prefix...}", "Old path of leases/revoke-prefix.") { Fields = [Sync, Wait], Write = (request, ct) => RevokePrefixAsync(request, force: false, ct), Sudo = true },
        new("revoke-force/{prefix...}", "Old path of leases/revoke-force.") { Fields = [Wait, Reason], Write = (request, ct) => RevokePrefixAsync(request, force: true, ct), Sudo = true },
        new("revoke/{lease_id...}", "Old path of leases/revoke.") { Fields = [LeaseId, Sync], Write = RevokeAsync },
    ];

    private async ValueTask<Reply> LookupAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var id = request.Get(LeaseId);
        if (id.Length == 0)
        {
            return Reply.Invalid("lease_id must be specified");
        }

        var lease = await MovedLeases.FindAsync(request.Work, request.Router.Table, id, cancellation);
        if (lease is { IsToken: true })
        {
            var token = await tokens.FindByAccessorAsync(request.Work, lease.TokenAccessor, cancellation);
            lease = OfToken(lease, token is null ? null : await OwnerEnd.WithTrueEndAsync(transactions.Begin(), request.Router, token, cancellation));
        }

        else if (lease is not null && await OwnerEnd.OfAsync(transactions.Begin(), request.Router, lease, cancellation) is { } end && end < lease.ExpireTime)
        {
            // The limits of the token may have changed since the lease was made or renewed.
            lease = lease with { ExpireTime = end, LimitedBy = TtlBound.Token };
        }

        if (lease is null)
        {
            return Reply.Invalid("invalid lease");
        }

        var ownerEnd = lease.IsToken ? null : await OwnerEnd.PresentAsync(transactions.Begin(), lease, cancellation);
        return Show(lease, ownerEnd, request.Now);
    }

    private static LeaseRecord? OfToken(LeaseRecord lease, TokenRecord? token) => token is null ? null : lease with
    {
        IssueTime = token.IssueTime,
        ExpireTime = token.ExpireTime ?? DateTimeOffset.MaxValue,
        LimitedBy = token.LimitedBy,
        LastRenewal = token.LastRenewal,
        Renewable = token.Renewable,
    };

    private static Reply Show(LeaseRecord lease, DateTimeOffset? ownerEnd, DateTimeOffset now) => Reply.With(json =>
    {
        json.WriteString("expire_time", Rfc3339.Format(lease.ExpireTime));
        json.WriteString("id", lease.Id);
        json.WriteString("issue_time", Rfc3339.Format(lease.IssueTime));
        json.WritePropertyName("last_renewal");
        if (lease.LastRenewal is { } renewed)
        {
            json.WriteStringValue(Rfc3339.Format(renewed));
        }
        else
        {
            json.WriteNullValue();
        }

        var left = lease.ExpireTime - now;
        json.WriteBoolean("renewable", lease.Renewable && left > TimeSpan.Zero);
        json.WriteNumber("ttl", Math.Max(0, (long)left.TotalSeconds));
        json.WriteString("state", lease.State switch
        {
            LeaseState.Creating => "creating",
            LeaseState.Active => "active",
            LeaseState.Revoking => "revoking",
            _ => "needs-attention",
        });
        if (!lease.IsToken)
        {
            LeaseEnd.Of(lease, ownerEnd, now).WriteCause(json);
            json.WriteString("owner", LeaseOwnership.NameOf(lease.OwnerKind));
        }

        if (lease.LastError.Length > 0)
        {
            json.WriteString("revoke_error", lease.LastError);
        }
    });

    /// <summary>Listing needs sudo, and looking at a lease does not. One row serves both, so sudo is checked here.</summary>
    private async ValueTask<Reply> ListAllAsync(EngineRequest request, CancellationToken cancellation) =>
        KernelRequest.Of(request).CallerHasSudo ? await ListAsync(request, "", cancellation) : new Reply.Refused(Refusals.Denied);

    private async ValueTask<Reply> ListAsync(EngineRequest engineRequest, string prefix, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        prefix = prefix.TrimEnd('/');

        // Read outside the request's unit of work: leases that are added or removed while it reads are no conflict.
        return Reply.Keys(await MovedLeases.ListAsync(transactions.Begin(), request.Router.Table, prefix.Length == 0 ? "" : prefix + "/", cancellation));
    }

    private async ValueTask<Reply> RevokeAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var id = request.Get(LeaseId);
        if (id.Length == 0)
        {
            return Reply.Invalid("lease_id must be specified");
        }

        var lease = await MovedLeases.FindAsync(request.Work, request.Router.Table, id, cancellation);
        if (!request.Get(Sync))
        {
            return Later(request, lease);
        }

        return Outliving(lease, request.Now).Then(async ct =>
        {
            var outcome = await revoker.RevokeAsync(lease?.Id ?? id, force: null, ct);
            return outcome.IsDone ? null : Reply.Invalid($"failed to revoke \"{id}\": {outcome.Error}");
        });
    }

    /// <summary>
    /// The reply to a revocation. Credentials that the outside system cannot take back, such as a session of STS, work on; a warning says until when.
    /// </summary>
    private static Reply Outliving(LeaseRecord? lease, DateTimeOffset now) => lease is { State: LeaseState.Active, LimitedBy: TtlBound.OutsideSystem } && lease.ExpireTime > now
        ? new Reply.Empty
        {
            Warnings =
            [
                $"the lease is revoked, but its credentials work until {Rfc3339.Format(lease.ExpireTime)}: the system that made them does not take them back before",
            ],
        }
        : Reply.Done;

    /// <summary>Makes the lease due now, and leaves the rest to the janitor.</summary>
    private Reply Later(KernelRequest request, LeaseRecord? lease)
    {
        if (lease is { IsToken: false })
        {
            LeaseStore.Put(request.Work, lease, lease with { ExpireTime = request.Now, Due = request.Now });
        }

        return Outliving(lease, request.Now).Shaped(new ReplyShape { Status = 202 }).Then(async ct =>
        {
            if (lease is { IsToken: true })
            {
                await revoker.RevokeTokenAsync(lease.TokenAccessor, ct);
            }

            due.Add(request.Now);
            return null;
        });
    }

    /// <summary>Vault takes the id of one lease here too, so a lease that is called exactly like the prefix ends as well.</summary>
    private async ValueTask<Reply> RevokePrefixAsync(EngineRequest engineRequest, bool force, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var prefix = request.Param("prefix").TrimEnd('/');
        if (prefix.Length == 0)
        {
            // An empty prefix must not come to mean every lease.
            return new Reply.Refused(Refusals.UnsupportedPath);
        }

        var reason = request.Get(Reason).Trim();
        if (reason.Length > Limits.ReasonCharactersMax)
        {
            return Reply.Invalid($"reason must have at most {Limits.ReasonCharactersMax} characters");
        }

        // Read outside the request's unit of work: a renewal of this lease at the same time is no conflict.
        var exact = await MovedLeases.FindAsync(transactions.Begin(), request.Router.Table, prefix, cancellation);
        var below = LeaseScope.Below(request.Router.Table, prefix + "/");
        var job = jobs.New(request, JobKind.Prefix, prefix + "/") with
        {
            Scopes = exact is null ? below : [new LeaseScope(exact.Id), .. below],
            ForceRevoke = force ? SysAttention.ForceRevokeOf(request, reason.Length > 0 ? reason : "revoke-force") : null,
        };
        var wait = request.Has(Wait) ? request.Get(Wait) : (TimeSpan?)null;
        return jobs.Begin(request, job, force || request.Get(Sync) ? wait : TimeSpan.Zero);
    }
}
