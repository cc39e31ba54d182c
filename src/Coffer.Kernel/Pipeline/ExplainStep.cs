using Coffer.Kernel.Policies;
using Coffer.Kernel.Policies.Explain;
using Coffer.Kernel.Requests;
using Coffer.Kernel.Tokens;

namespace Coffer.Kernel.Pipeline;

/// <summary>Keeps why a request was allowed or refused, for <c>sys/policies/explain</c> and, of refusals, for the audit log.</summary>
internal sealed class ExplainStep(KernelServices services)
{
    private const string Masked = "(token)";

    /// <summary>The token was not good.</summary>
    public Explanation OfToken(Way way, TokenLook look) => new()
    {
        RequestId = way.Request.Id,
        Time = services.Clock.GetUtcNow(),
        Path = PathOf(way),
        Operation = way.OperationName,
        Token = look.State,
        Accessor = look.Record?.Accessor ?? "",
        EntityId = look.Record?.EntityId ?? "",
        TokenPolicies = look.Record?.Policies ?? [],
    };

    /// <summary>The policies decided.</summary>
    public Explanation OfDecision(Way way, Caller caller, AclDecision decision)
    {
        var path = PathOf(way);
        var asked = way.Route.Ask(AclOperation.Read) with { Path = path };
        var explained = Explanation.Of(decision, caller.Acl, asked, way.OperationName, services.Clock.GetUtcNow(), way.Request.Id, caller);
        return path == way.FullPath ? explained : explained with { WouldAllow = null };
    }

    /// <summary>Remembers what was decided on a request that is about to be answered.</summary>
    public void Remember(Way way)
    {
        var decision = way.Denial ?? (way is { Caller: { } caller, Decision: { } made } ? OfDecision(way, caller, made) : null);
        if (decision is not null)
        {
            services.Decisions.Add(decision);
        }
    }

    private static string PathOf(Way way) => PathTokens.Replace(way.FullPath, way.Request.Token, _ => Masked);
}
