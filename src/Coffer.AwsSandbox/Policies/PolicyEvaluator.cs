using Coffer.Aws.Policies;

namespace Coffer.AwsSandbox.Policies;

/// <summary>What a set of policies says about a call.</summary>
public enum PolicyDecision
{
    /// <summary>No statement speaks of it, which means no.</summary>
    ImplicitDeny,

    /// <summary>A statement allows it, and none denies it.</summary>
    Allow,

    /// <summary>A statement denies it; nothing outweighs that.</summary>
    ExplicitDeny,
}

/// <summary>Evaluates policies the way IAM does.</summary>
public static class PolicyEvaluator
{
    /// <summary>The decision of identity policies (or of one boundary, or of one session's policies) taken together.</summary>
    public static PolicyDecision Evaluate(IEnumerable<PolicyDocument> policies, PolicyRequest request)
    {
        ArgumentNullException.ThrowIfNull(policies);
        ArgumentNullException.ThrowIfNull(request);
        var decision = PolicyDecision.ImplicitDeny;
        foreach (var policy in policies)
        {
            var variables = policy.Version == PolicyDocument.CurrentVersion;
            foreach (var statement in policy.Statements)
            {
                if (decision == PolicyDecision.Allow && statement.IsAllow)
                {
                    continue;
                }

                if (Applies(statement, request, variables))
                {
                    if (!statement.IsAllow)
                    {
                        return PolicyDecision.ExplicitDeny;
                    }

                    decision = PolicyDecision.Allow;
                }
            }
        }

        return decision;
    }

    /// <summary>The decision of a trust policy, which has principals instead of resources.</summary>
    /// <param name="policy">The role's trust policy.</param>
    /// <param name="request">The call, such as <c>sts:AssumeRole</c>.</param>
    /// <param name="isCaller">Whether a principal of the policy means the caller.</param>
    public static PolicyDecision EvaluateTrust(PolicyDocument policy, PolicyRequest request, Func<PolicyPrincipal, bool> isCaller)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(request);
        var variables = policy.Version == PolicyDocument.CurrentVersion;
        var decision = PolicyDecision.ImplicitDeny;
        foreach (var statement in policy.Statements)
        {
            if (statement.Principals.Any(isCaller) == statement.PrincipalsNegated
                || !MatchesAction(statement.Actions, request)
                || !statement.Conditions.All(condition => PolicyConditions.Holds(condition, request, variables)))
            {
                continue;
            }

            if (!statement.IsAllow)
            {
                return PolicyDecision.ExplicitDeny;
            }

            decision = PolicyDecision.Allow;
        }

        return decision;
    }

    private static bool Applies(PolicyStatement statement, PolicyRequest request, bool variables) =>
        MatchesAction(statement.Actions, request)
        && MatchesResource(statement.Resources, request, variables)
        && statement.Conditions.All(condition => PolicyConditions.Holds(condition, request, variables));

    private static bool MatchesAction(PolicyMatch match, PolicyRequest request)
    {
        foreach (var pattern in match.Patterns)
        {
            if (pattern == "*" || PolicyPattern.Fits(PolicyPattern.Resolve(pattern, request, variables: false), request.Action, ignoreCase: true))
            {
                return !match.Negated;
            }
        }

        return match.Negated;
    }

    private static bool MatchesResource(PolicyMatch match, PolicyRequest request, bool variables)
    {
        foreach (var pattern in match.Patterns)
        {
            if (pattern == "*")
            {
                return !match.Negated;
            }

            var resolved = PolicyPattern.Resolve(pattern, request, variables);
            if (resolved is null && match.Negated)
            {
                // What cannot be resolved fits no statement, neither way round.
                return false;
            }

            if (resolved is not null && PolicyPattern.Fits(resolved, request.Resource, ignoreCase: false))
            {
                return !match.Negated;
            }
        }

        return match.Negated;
    }
}
