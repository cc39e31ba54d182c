
namespace Coffer.Policies.Lint;

/// <summary>What the rules of a policy do to each other: exactly one of those that match decides.</summary>
internal static class PrecedenceLint
{
    /// <param name="rules">The policy's own rules.</param>
    /// <param name="all">These, and the rules of another policy that the same callers have.</param>
    public static IEnumerable<LintFinding> Of(LintedRule[] rules, PatternTrie all)
    {
        var seen = new Dictionary<(string, bool), LintedRule>();
        foreach (var rule in rules)
        {
            if (!seen.TryAdd(rule.Pattern.Key, rule))
            {
                yield return rule.Finding(
                    "duplicate-path", $"the same path as on line {seen[rule.Pattern.Key].Rule.Line}: both rules add up, and a deny in either wins");
            }

            LintedRule[] stronger =
            [
                .. all.Meeting(rule.Pattern).Where(other => Wins(other.Pattern, rule.Pattern) && other.Pattern.Key != rule.Pattern.Key)
                    .OrderBy(other => other.Policy == rule.Policy ? 0 : 1).ThenBy(other => other.Rule.Line),
            ];
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

            if (all.IsSpent)
            {
                yield return rule.Finding(
                    "too-many-rules", "from here on the rules were not held against each other: too many of them match the same paths");
                yield break;
            }
        }
    }

    private static bool Wins(RulePattern a, RulePattern b) => !(a.IsExact && b.IsExact) && RulePattern.Beats(a, b);
}
