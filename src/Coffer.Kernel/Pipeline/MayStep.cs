using Coffer.Policies;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.Pipeline;

/// <summary>Whether the caller's policies allow it: one matcher for every operation.</summary>
internal static class MayStep
{
    public static async ValueTask RunAsync(RequestContext context, CancellationToken cancellation)
    {
        if (context.Caller is not { } caller)
        {
            return;
        }

        var decision = await DecideAsync(context, cancellation);
        context.Decision = decision;
        if (!decision.IsAllowed)
        {
            context.Refusal = Refusals.Denied;
            context.Denial = ExplainStep.OfDecision(context, caller, decision);
        }
    }

    private static async ValueTask<AclDecision> DecideAsync(RequestContext context, CancellationToken cancellation)
    {
        var decision = Decide(context, AclOperationOf(context));
        if (context.Operation != Operation.Update || context.Row?.Exists is not { } exists || context.Refusal is not null)
        {
            return decision;
        }

        var create = Decide(context, AclOperation.Create);
        if (!decision.IsAllowed && !create.IsAllowed)
        {
            // Whether something is there is not looked up for a token that may not write either way, so that nothing can tell it.
            return AclDecision.RefuseWrite(decision, create);
        }

        if (await exists(context.Input.Request, cancellation))
        {
            return decision;
        }

        context.BecomeCreation();
        return create;
    }

    private static AclDecision Decide(RequestContext context, AclOperation operation) => context.Caller!.Acl.Decide(context.Route.Ask(operation) with
    {
        Data = context.Request.Data,
        WrapTtl = context.Request.WrapTtl,
    });

    private static AclOperation AclOperationOf(RequestContext context) => context.Request.Help
        ? AclOperation.Help
        : context.Operation switch
        {
            Operation.Read => AclOperation.Read,
            Operation.List => AclOperation.List,
            Operation.Create => AclOperation.Create,
            Operation.Update => AclOperation.Update,
            Operation.Patch => AclOperation.Patch,
            _ => AclOperation.Delete,
        };
}
