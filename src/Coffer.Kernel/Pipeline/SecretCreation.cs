using Coffer.Kernel.Background;
using Coffer.Kernel.EngineStorage;
using Coffer.Kernel.Leases;
using Coffer.Kernel.Revocation;
using Coffer.Kernel.Telemetry;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Leases;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Pipeline;

/// <summary>Makes the secret of a durable lease at an outside system. The lease then becomes active, or it ends.</summary>
/// <param name="stopping">Cancelled at seal, which ends every call to an outside system.</param>
internal sealed class SecretCreation(
    Transactor transactions, LeaseRevoker revoker, LateCalls late, DueSignal due, KernelMetrics counters, TimeProvider clock, CancellationToken stopping)
{
    /// <summary>Makes the secret. If anything goes wrong, the lease is ended, with what was made for it.</summary>
    public async ValueTask<KernelReply> RunAsync(
        RequestContext context, IDynamicSecret secret, Reply.Leased leased, LeaseRecord lease, GrantedTtl granted, CancellationToken cancellation)
    {
        due.Add(lease.Due);
        counters.CountLease(context.Mounted!.Mount.Type);
        var begin = clock.GetTimestamp();
        using var limit = new CancellationTokenSource(Limits.CreationTimeMax, clock);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping, cancellation);
        try
        {
            var mounted = context.Mounted!;
            var secretContext = new SecretContext(lease.Id, mounted.View, new LatestReader(transactions, mounted.Mount.Uuid), lease.IssueTime, clock.GetUtcNow());
            var created = await secret.CreateAsync(secretContext, leased.Plan, ends.Token);
            return await ActivateAsync(context, created.Unsettled ? Unsettled(lease) : lease, created, leased, granted, begin);
        }
        catch (EngineException error) when (error is { NothingMade: true, Unsettled: false })
        {
            await ForgetAsync(lease.Id);
            return KernelReply.OfRefusal(error.Kind, error.Message);
        }
        catch (EngineException error)
        {
            await EndAsync(error.Unsettled ? Unsettled(lease) : lease);
            return KernelReply.OfRefusal(error.Kind, error.Message);
        }
        catch (OperationCanceledException) when (ends.IsCancellationRequested)
        {
            // The client is answered now. The janitor, of this unseal or of the next one, takes away what was made.
            await EndLaterAsync(Unsettled(lease));
            return KernelReply.OfRefusal(
                ErrorKind.Unavailable,
                stopping.IsCancellationRequested ? "the server is being sealed, so the credential was not made; ask again when it is unsealed"
                    : cancellation.IsCancellationRequested ? "the request was given up while the outside system was making the credential, and its lease is ended; ask again, or raise max_request_duration of the listener"
                    : $"the outside system did not answer within {Limits.CreationTimeMax.TotalSeconds} s, and the lease is ended; see that it can be reached, and ask again");
        }
    }

    /// <summary>A call for this lease got no answer as late as now.</summary>
    private LeaseRecord Unsettled(LeaseRecord lease) => lease with { UnsettledUntil = clock.GetUtcNow() + late.Life };

    private async ValueTask<KernelReply> ActivateAsync(RequestContext context, LeaseRecord planned, CreatedSecret created, Reply.Leased leased, GrantedTtl granted, long begin)
    {
        var expire = created.ExpiresAt ?? planned.ExpireTime;
        var active = planned with
        {
            State = LeaseState.Active,
            ExpireTime = expire,
            Due = expire,
            LimitedBy = created.ExpiresAt is null ? planned.LimitedBy : TtlBound.OutsideSystem,
        };
        var committed = await transactions.RunAsync(
            async work =>
            {
                var current = await LeaseStore.GetAsync(work, planned.Id, CancellationToken.None);

                // A revocation of the lease or of its token may have removed it, changed its state, or brought its end forward.
                if (current is not { State: LeaseState.Creating } || current.ExpireTime < planned.ExpireTime)
                {
                    return false;
                }

                LeaseStore.Put(work, current, active);
                return true;
            },
            CancellationToken.None);
        if (!committed)
        {
            // Revoked while it was being made, perhaps before its last step: once more, now that nothing can follow.
            await EndAsync(planned);
            return KernelReply.OfRefusal(ErrorKind.Invalid, "the lease was revoked while its secret was being made");
        }

        due.Add(active.Due);
        counters.Registrations.Record(clock.GetElapsedTime(begin).TotalSeconds);
        var left = created.ExpiresAt is null ? granted.Ttl : expire - clock.GetUtcNow() + TimeSpan.FromMilliseconds(999);
        return LeaseStep.ShowActive(context, active, created.Data, leased with { Warnings = leased.Warnings.AddRange(created.Warnings) }, granted, left);
    }

    /// <summary>
    /// Removes a lease for which nothing was made. The engine is not asked to revoke: what refused the creation, such as a wrong key, would refuse that too, and
    /// the lease would wait for an operator for nothing.
    /// </summary>
    private ValueTask ForgetAsync(string id) => transactions.RunAsync(
        async work =>
        {
            // Its state does not matter: a revocation that runs at the same time finds no secret either.
            if (await LeaseStore.GetAsync(work, id, CancellationToken.None) is { } current)
            {
                LeaseStore.Remove(work, current);
            }
        },
        CancellationToken.None);

    /// <summary>Ends a lease whose secret failed: at once if it can be, else by the janitor.</summary>
    private async ValueTask EndAsync(LeaseRecord lease)
    {
        await EndLaterAsync(lease);
        try
        {
            await revoker.RevokeAsync(lease.Id, force: null, CancellationToken.None);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The server is being sealed. The due index names the lease, so the next unseal takes it up; the client still gets its answer.
        }
    }

    /// <summary>Leaves a lease whose secret failed to the janitor. Makes the record again if a revocation took it already.</summary>
    private async ValueTask EndLaterAsync(LeaseRecord lease)
    {
        var now = clock.GetUtcNow();
        await transactions.RunAsync(
            async work =>
            {
                var current = await LeaseStore.GetAsync(work, lease.Id, CancellationToken.None);

                // What others have stored in the record since then stays, such as a revocation that failed. Only this step knows whether a call may still arrive late.
                var ending = (current ?? lease) with { State = LeaseState.Revoking, ExpireTime = now, Due = now, UnsettledUntil = lease.UnsettledUntil };
                LeaseStore.Put(work, current, ending);
            },
            CancellationToken.None);
        due.Add(now);
    }
}
