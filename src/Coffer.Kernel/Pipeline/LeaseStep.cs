using System.Text.Json;
using Coffer.Kernel.EngineStorage;
using Coffer.Kernel.Leases;
using Coffer.Kernel.Requests;
using Coffer.Kernel.Revocation;
using Coffer.Sdk.Leases;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Pipeline;

/// <summary>
/// Makes leases. That of a secret outside is durable before anything exists there, and active before the reply leaves; that of a secret in the store is made
/// with it in one commit.
/// </summary>
internal sealed class LeaseStep(KernelServices services)
{
    /// <summary>
    /// Finds out until when a lease of this request could live at most, before its engine plans it: what ends with a token ends then at the outside system too.
    /// </summary>
    public async ValueTask FindOwnerEndAsync(RequestContext context, CancellationToken cancellation)
    {
        var owner = OwnerKind.Token;
        if (context is { Mounted.Engine.Secrets.IsEmpty: false, Caller: { } caller } && OwnerProblem(context, caller, ref owner) is null && owner == OwnerKind.Token)
        {
            // Read apart from the request: parents that are renewed while it runs are no conflict.
            var work = services.Transactions.Begin();
            context.OwnerEnd = await OwnerEnd.OfAsync(work, context.Router, caller.Token, cancellation);
            context.OwnerPresentEnd = await OwnerEnd.PresentAsync(work, caller.Token, cancellation);
        }
    }

    /// <summary>Puts the lease of a plan into the request's unit of work; its effect makes the secret.</summary>
    /// <param name="cancellation">The client's: it ends the making of the secret as well.</param>
    public ValueTask<KernelReply> PlanAsync(RequestContext context, Reply.Leased leased, CancellationToken cancellation)
    {
        if (NewLease(context, leased.Plan, out var lease, out var granted) is { } problem)
        {
            return ValueTask.FromResult(problem);
        }

        var secret = KindOf<IDynamicSecret>(context, leased.Plan);
        LeaseStore.Put(context.Work, before: null, lease);
        cancellation.ThrowIfCancellationRequested();
        return ValueTask.FromResult(new KernelReply(leased)
        {
            Entrusts = new Entrusted(lease.Id),
            Effect = async _ => await CreateAsync(context, secret, leased, lease, granted, cancellation),
        });
    }

    /// <summary>Puts the lease of a secret that the handler has written into the same unit of work: both become true in one commit.</summary>
    public KernelReply Store(RequestContext context, Reply.LeasedData stored)
    {
        if (NewLease(context, stored.Plan, out var lease, out var granted) is { } problem)
        {
            return problem;
        }

        _ = KindOf<IStoredSecret>(context, stored.Plan);
        var active = lease with { State = LeaseState.Active, Due = lease.ExpireTime };
        LeaseStore.Put(context.Work, before: null, active);
        return ShowActive(context, active, stored.Body, stored, granted, granted.Ttl) with
        {
            Effect = _ =>
            {
                services.Due.Add(active.Due);
                services.Counters.LeaseCreations.Add();
                return ValueTask.FromResult<Reply?>(null);
            },
        };
    }

    /// <summary>Makes the record of a lease that the plan asks for, in state creating.</summary>
    /// <returns>Why there can be none; null when there can.</returns>
    private KernelReply? NewLease(RequestContext context, LeasePlan plan, out LeaseRecord lease, out GrantedTtl granted)
    {
        (lease, granted) = (null!, default);
        var caller = context.Caller ?? throw new InvalidOperationException("a path without a token cannot give leases");
        if (caller.Token is { NumUses: < 0, IsBatch: false })
        {
            return KernelReply.OfRefusal(ErrorKind.Invalid, "Secret cannot be returned; token had one use left, so leased credentials were immediately revoked.");
        }

        var owner = OwnerKind.Token;
        if (OwnerProblem(context, caller, ref owner) is { } problem)
        {
            return new KernelReply(problem);
        }

        if (services.Condition?.Problem is not null)
        {
            return KernelReply.OfRefusal(ErrorKind.Unavailable, "no lease is made while the store has no room or is not where it was; see sys/health");
        }

        granted = Grant(context, plan);
        lease = LeaseOwnership.Given(RecordOf(context, plan, granted), caller, owner);
        return null;
    }

    /// <exception cref="InvalidOperationException">A mistake in the engine: it does not declare the kind, or answers for another.</exception>
    private static T KindOf<T>(RequestContext context, LeasePlan plan)
        where T : class, ISecretKind =>
        context.Mounted!.SecretOf(plan.Secret) as T
            ?? throw new InvalidOperationException($"the engine planned a secret of kind {plan.Secret}, which it does not declare as an {typeof(T).Name}");

    /// <summary>Makes the secret of a lease that is durable: from here they are finished together, or the lease is ended.</summary>
    private async ValueTask<KernelReply> CreateAsync(
        RequestContext context, IDynamicSecret secret, Reply.Leased leased, LeaseRecord lease, GrantedTtl granted, CancellationToken cancellation)
    {
        services.Due.Add(lease.Due);
        services.Counters.LeaseCreations.Add();
        var begin = services.Clock.GetTimestamp();
        using var limit = new CancellationTokenSource(Limits.CreationTimeMax, services.Clock);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, services.Stopping, cancellation);
        try
        {
            var mounted = context.Mounted!;
            var secretContext = new SecretContext(lease.Id, mounted.View, new LatestReader(services.Transactions, mounted.Mount.Uuid), lease.IssueTime, services.Clock.GetUtcNow());
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
            // The client is answered now; the janitor of this kernel, or of the next one, takes away what was made.
            await EndLaterAsync(Unsettled(lease));
            return KernelReply.OfRefusal(
                ErrorKind.Unavailable,
                services.Stopping.IsCancellationRequested ? "the server is being sealed, so the credential was not made; ask again when it is unsealed"
                    : cancellation.IsCancellationRequested ? "the request was given up while the outside system was making the credential, and its lease is ended; ask again, or raise max_request_duration of the listener"
                    : $"the outside system did not answer within {Limits.CreationTimeMax.TotalSeconds} s, and the lease is ended; see that it can be reached, and ask again");
        }
    }

    /// <summary>A call for this lease got no answer as late as now.</summary>
    private LeaseRecord Unsettled(LeaseRecord lease) => lease with { UnsettledUntil = services.Clock.GetUtcNow() + services.LateCalls.Life };

    /// <summary>Reads which owner the client asks for, and says why it is refused.</summary>
    private static Reply? OwnerProblem(RequestContext context, Tokens.Caller caller, ref OwnerKind owner)
    {
        if (!context.Request.Headers.TryGetValue(LeaseOwnership.Header, out var asked) || asked.IsEmpty)
        {
            return null;
        }

        if (asked.Length > 1 || !LeaseOwnership.TryParse(asked[0], out owner))
        {
            return Reply.Invalid($"{LeaseOwnership.Header} must be token, entity or none");
        }

        if (!LeaseOwnership.IsGranted(caller, owner))
        {
            var name = LeaseOwnership.NameOf(owner);
            return Reply.Refuse(ErrorKind.PermissionDenied, $"a lease owned by {name} takes a policy with update and sudo on {LeaseOwnership.GrantPath}{name}");
        }

        return owner == OwnerKind.Entity && caller.Identity.EntityId.Length == 0
            ? Reply.Invalid("the token belongs to no entity, so none can own the lease; log in, or ask for owner none")
            : null;
    }

    private LeaseRecord RecordOf(RequestContext context, LeasePlan plan, GrantedTtl granted) => new()
    {
        Id = context.Input.Request.LeaseId,
        State = LeaseState.Creating,
        MountUuid = context.Mounted!.Mount.Uuid,
        Secret = plan.Secret,
        Plan = Parse(plan.Data),
        IssueTime = context.Now,
        ExpireTime = context.Now + granted.Ttl,
        LimitedBy = granted.Bound,
        Renewable = plan.Renewable,
        MaxTtl = plan.MaxTtl,

        // Not from the time of the request, which may have waited: nobody takes up what is still being made.
        Due = services.Clock.GetUtcNow() + DueKeys.TakeUpAfter,
    };

    private static JsonElement Parse(JsonText text)
    {
        using var document = JsonDocument.Parse(text.Utf8);
        return document.RootElement.Clone();
    }

    /// <summary>The true end: what the lease, the mount and the owner's own life leave.</summary>
    private static GrantedTtl Grant(RequestContext context, LeasePlan plan)
    {
        var (view, now) = (context.Mounted!.View, context.Now);
        return TtlRules.Grant(new TtlRequest
        {
            Proposed = plan.Ttl,
            Default = view.DefaultLeaseTtl,
            Max = view.MaxLeaseTtl,
            OwnMax = plan.MaxTtl,
            Issued = now,
            Now = now,
        }).Until(context.OwnerEnd, now);
    }

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
        var committed = await services.Transactions.RunAsync(
            async work =>
            {
                var current = await LeaseStore.GetAsync(work, planned.Id, CancellationToken.None);

                // A revocation in between removes it, moves it on, or lets it run out: of the lease itself, or with its token.
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

        services.Due.Add(active.Due);
        services.Counters.Registrations.Add(services.Clock.GetElapsedTime(begin));
        var left = created.ExpiresAt is null ? granted.Ttl : expire - services.Clock.GetUtcNow() + TimeSpan.FromMilliseconds(999);
        return ShowActive(context, active, created.Data, leased with { Warnings = leased.Warnings.AddRange(created.Warnings) }, granted, left);
    }

    private static KernelReply ShowActive(RequestContext context, LeaseRecord active, JsonText data, Reply said, GrantedTtl granted, TimeSpan left)
    {
        var end = LeaseEnd.Of(active, context.OwnerPresentEnd, context.Now);
        return new(new Reply.Data(data) { Warnings = said.Warnings.AddRange(granted.WarningsBeside(end, context.OwnerPresentEnd, context.Now)) })
        {
            Shape = new ReplyShape { LeaseId = active.Id, LeaseDuration = left, Renewable = active.Renewable, End = end },
            Entrusts = new Entrusted(active.Id),
        };
    }

    /// <summary>
    /// Removes a lease for which nothing was made. The engine is not asked to revoke: what refused the creation, such as a wrong key, would refuse that too, and
    /// the lease would wait for an operator for nothing.
    /// </summary>
    private ValueTask ForgetAsync(string id) => services.Transactions.RunAsync(
        async work =>
        {
            // Its state does not matter: a revocation that runs now finds nothing either.
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
            await services.Revoker.RevokeAsync(lease.Id, force: null, CancellationToken.None);
        }
        catch (OperationCanceledException) when (services.Stopping.IsCancellationRequested)
        {
            // Sealed: the due index names the lease, and the next unseal takes it up. The client still gets the answer that it would have had.
        }
    }

    /// <summary>Leaves a lease whose secret failed to the janitor. Makes the record again if a revocation took it already.</summary>
    private async ValueTask EndLaterAsync(LeaseRecord lease)
    {
        var now = services.Clock.GetUtcNow();
        await services.Transactions.RunAsync(
            async work =>
            {
                var current = await LeaseStore.GetAsync(work, lease.Id, CancellationToken.None);

                // What others have noted since, such as a revocation that failed, stays in the record; whether a call may still come is known here alone.
                var ending = (current ?? lease) with { State = LeaseState.Revoking, ExpireTime = now, Due = now, UnsettledUntil = lease.UnsettledUntil };
                LeaseStore.Put(work, current, ending);
            },
            CancellationToken.None);
        services.Due.Add(now);
    }
}
