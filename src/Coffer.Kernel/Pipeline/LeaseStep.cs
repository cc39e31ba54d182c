using System.Text.Json;
using Coffer.Kernel.Background;
using Coffer.Kernel.Leases;
using Coffer.Kernel.Requests;
using Coffer.Kernel.Revocation;
using Coffer.Kernel.Telemetry;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Leases;
using Coffer.Sdk.Replies;
using Coffer.Storage;

namespace Coffer.Kernel.Pipeline;

/// <summary>
/// Makes leases. The lease of a secret at an outside system is durable before the secret exists, and active before the reply leaves. The lease of a secret in
/// the store is made with it in one commit.
/// </summary>
/// <param name="condition">What the store knows of itself; null where it cannot tell.</param>
internal sealed class LeaseStep(
    Transactor transactions, SecretCreation creation, DueSignal due, KernelMetrics counters, IStoreCondition? condition, TimeProvider clock)
{
    /// <summary>
    /// Finds out until when a lease of this request could live at most. Its engine needs that for its plan, so that the secret ends at the outside system too.
    /// </summary>
    public async ValueTask FindOwnerEndAsync(RequestContext context, CancellationToken cancellation)
    {
        var owner = OwnerKind.Token;
        if (context is { Mounted.Engine.Secrets.IsEmpty: false, Caller: { } caller } && OwnerProblem(context, caller, ref owner) is null && owner == OwnerKind.Token)
        {
            // Read outside the request's unit of work: parents that are renewed while it runs are no conflict.
            var work = transactions.Begin();
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
            Effect = async _ => await creation.RunAsync(context, secret, leased, lease, granted, cancellation),
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
                due.Add(active.Due);
                counters.CountLease(context.Mounted!.Mount.Type);
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

        if (condition?.Problem is not null)
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

        // Counted from now, since the request may have waited: the janitor must not take up what is still being made.
        Due = clock.GetUtcNow() + DueKeys.TakeUpAfter,
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

    /// <summary>The answer with a lease that is active, and with its secret.</summary>
    /// <param name="said">The engine's answer, whose warnings are kept.</param>
    /// <param name="left">How long the lease lives from now.</param>
    public static KernelReply ShowActive(RequestContext context, LeaseRecord active, JsonText data, Reply said, GrantedTtl granted, TimeSpan left)
    {
        var end = LeaseEnd.Of(active, context.OwnerPresentEnd, context.Now);
        return new(new Reply.Data(data) { Warnings = said.Warnings.AddRange(granted.WarningsBeside(end, context.OwnerPresentEnd, context.Now)) })
        {
            Shape = new ReplyShape { LeaseId = active.Id, LeaseDuration = left, Renewable = active.Renewable, End = end },
            Entrusts = new Entrusted(active.Id),
        };
    }
}
