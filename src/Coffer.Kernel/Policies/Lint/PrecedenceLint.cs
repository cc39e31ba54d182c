namespace Coffer.Kernel.Policies.Lint;

/// <summary>What the rules of a policy do to each other: exactly one of those that match decides.</summary>
internal static class PrecedenceLint
{
    /// <param name="rules">The policy's own rules.</param>
    /// <param name="others">The rules of another policy that the same callers have.</param>
    public static IEnumerable<LintFinding> Of(LintedRule[] rules, LintedRule[] others)
    {
        foreach (var rule in rules)
        {
            if (rules.TakeWhile(earlier => earlier != rule).FirstOrDefault(earlier => earlier.Pattern.Key == rule.Pattern.Key) is { } twin)
            {
                yield return rule.Finding("duplicate-path", $"the same path as on line {twin.Rule.Line}: both rules add up, and a deny in either wins");
            }

            var stronger = rules.Concat(others)
                .Where(other => other.Pattern.Key != rule.Pattern.Key && Wins(other.Pattern, rule.Pattern) && PatternRelation.Meet(other.Pattern, rule.Pattern))
                .ToArray();
            if (stronger.FirstOrDefault(other => PatternRelation.Covers(other.Pattern, rule.Pattern)) is { } hiding)
            {
                yield return rule.Finding(
                    "hidden-rule", $"never decides: {hiding.Place(rule.Policy)} matches every path that this rule does, and ranks higher");
            }
            else if (rule.IsDeny)
            {
                // A narrower rule inside a deny is an exception that somebody wrote on purpose; one that only crosses it is not.
                foreach (var other in stronger.Where(other => !other.IsDeny && !PatternRelation.Covers(rule.Pattern, other.Pattern)))
                {
                    yield return rule.Finding(
                        "deny-does-not-win", $"the deny does not hold where {other.Place(rule.Policy)} matches as well, since that ranks higher");
                }
            }
        }
    }

    private static bool Wins(RulePattern a, RulePattern b) => !(a.IsExact && b.IsExact) && RulePattern.Beats(a, b);
}
