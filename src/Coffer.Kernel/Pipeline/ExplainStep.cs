using Coffer.Kernel.Policies;
using Coffer.Kernel.Requests;
using Coffer.Kernel.Tokens;
using Coffer.Policies;
using Coffer.Policies.Explain;

namespace Coffer.Kernel.Pipeline;

/// <summary>Keeps why a request was allowed or refused, for <c>sys/policies/explain</c> and, of refusals, for the audit log.</summary>
internal sealed class ExplainStep(RecentDecisions decisions)
{
    private const string Masked = "(token)";

    /// <summary>Why a token was refused.</summary>
    public static Explanation OfToken(RequestContext context, TokenLook look) => new()
    {
        RequestId = context.Request.Id,
        Time = context.Now,
        Path = PathOf(context),
        Operation = context.OperationName,
        Token = look.State,
        Accessor = look.Record?.Accessor ?? "",
        EntityId = look.Record?.EntityId ?? "",
        TokenPolicies = look.Record?.Policies ?? [],
    };

    /// <summary>Why the policies allowed or refused a request.</summary>
    public static Explanation OfDecision(RequestContext context, Caller caller, AclDecision decision)
    {
        var path = PathOf(context);
        var asked = context.Route.Ask(AclOperation.Read) with { Path = path };
        var explained = Explanation.Of(decision, caller.Acl, asked, context.OperationName, context.Now) with
        {
            RequestId = context.Request.Id,
            Accessor = caller.Token.Accessor,
            EntityId = caller.Identity.EntityId,
            TokenPolicies = caller.Token.Policies,
            IdentityPolicies = caller.Identity.Origins,
        };
        return path == context.FullPath ? explained : explained with { WouldAllow = null };
    }

    /// <summary>Remembers the decision on a request that is about to be answered: a refusal with its reasons, an allowed request with what is needed to explain it later.</summary>
    public void Remember(RequestContext context)
    {
        if (context.Denial is { } denial)
        {
            decisions.Add(denial);
        }
        else if (context is { Caller: { } caller, Decision: { } decision })
        {
            decisions.Add(new AllowedRequest
            {
                RequestId = context.Request.Id,
                Time = context.Now,
                Path = PathOf(context),
                Operation = context.OperationName,
                Accessor = caller.Token.Accessor,
                EntityId = caller.Identity.EntityId,
                TokenPolicies = caller.Token.Policies,
                IdentityPolicies = caller.Identity.Origins,
                Decision = decision,
            });
        }
    }

    private static string PathOf(RequestContext context) => PathTokens.Replace(context.FullPath, context.Request.Token, _ => Masked);
}
