using Coffer.AwsSandbox.Policies;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.Accounts;

/// <summary>Decides whether a principal may make a call: identity policies, boundary and session policies must all agree.</summary>
internal static class Authorizer
{
    /// <summary>Throws AccessDenied in AWS's words unless the call is allowed.</summary>
    public static void Demand(Principal caller, PolicyRequest request)
    {
        var (decision, layer) = Decide(caller, request);
        if (decision == PolicyDecision.Allow)
        {
            return;
        }

        var reason = decision == PolicyDecision.ExplicitDeny
            ? $"with an explicit deny in {Article(layer)} {layer}"
            : $"because no {layer} allows the {request.Action} action";
        throw AwsFault.Denied($"User: {caller.Arn} is not authorized to perform: {request.Action} on resource: {request.Resource} {reason}");
    }

    /// <summary>The same for services that the account's root may always use.</summary>
    public static void DemandUnlessRoot(Principal caller, PolicyRequest request)
    {
        if (caller.Kind != PrincipalKind.Root)
        {
            Demand(caller, request);
        }
    }

    /// <summary>The decision, and the layer that made it.</summary>
    public static (PolicyDecision Decision, string Layer) Decide(Principal caller, PolicyRequest request)
    {
        var identity = Identity(caller, request);
        if (identity != PolicyDecision.Allow)
        {
            return (identity, "identity-based policy");
        }

        if ((caller.User?.Boundary ?? caller.Role?.Boundary) is { } boundary)
        {
            var bound = PolicyEvaluator.Evaluate([boundary.Current.Document], request);
            if (bound != PolicyDecision.Allow)
            {
                return (bound, "permissions boundary");
            }
        }

        return caller.Session?.Policies is { } narrowing
            ? (PolicyEvaluator.Evaluate(narrowing, request), "session policy")
            : (PolicyDecision.Allow, "identity-based policy");
    }

    private static PolicyDecision Identity(Principal caller, PolicyRequest request)
    {
        if (caller.Role is { } role)
        {
            return PolicyEvaluator.Evaluate(role.OwnPolicies, request);
        }

        // Without a user it is the root, or someone federated by the root.
        return caller.User is { } user ? PolicyEvaluator.Evaluate(user.AllPolicies, request) : PolicyDecision.Allow;
    }

    private static string Article(string layer) => layer.StartsWith('i') ? "an" : "a";
}
