using System.Collections.Immutable;
using Coffer.Sdk.Replies;

namespace Coffer.Policies.Lint;

/// <summary>
/// Looks for rules that do not do what they seem to: rules that cannot match, cannot win, or grant what nobody can use. Nothing is changed by
/// it: which rule wins stays as Vault has it.
/// </summary>
public static class PolicyLinter
{
    /// <summary>How often one rule may be held against another: a fraction of a second of work, and enough for the largest policies that people write.</summary>
    internal const int LooksMax = 1_000_000;

    /// <summary>What is to be said about a policy, by line.</summary>
    /// <param name="mounts">What is mounted where. Null: without a server, only the text is judged.</param>
    /// <param name="always">The policy that most callers have beside this one, <c>default</c>. Null: there is none.</param>
    public static ImmutableArray<LintFinding> Lint(AclPolicy policy, IReadOnlyList<LintedMount>? mounts = null, AclPolicy? always = null)
    {
        ArgumentNullException.ThrowIfNull(policy);
        var rules = policy.Rules.Select(rule => new LintedRule(rule, rule.Pattern.Outline(), policy.Name)).ToArray();
        var others = always is null || always.Name == policy.Name
            ? []
            : always.Rules.Select(rule => new LintedRule(rule, rule.Pattern.Outline(), always.Name)).ToArray();
        var findings = rules.SelectMany(RuleLint.Of).Concat(PrecedenceLint.Of(rules, Trie(rules.Concat(others))));
        if (mounts is not null)
        {
            var own = Trie(rules);
            findings = findings.Concat(rules.SelectMany(rule => MountLint.Of(rule, own, mounts)));
        }

        // A stable sort: what is found first about a line is said first.
        return [.. findings.OrderBy(finding => finding.Line)];
    }

    /// <summary>Rules to look others up in.</summary>
    internal static PatternTrie Trie(IEnumerable<LintedRule> rules)
    {
        var trie = new PatternTrie(LooksMax);
        foreach (var rule in rules)
        {
            trie.Add(rule);
        }

        return trie;
    }

    /// <summary>Findings as the API answers them.</summary>
    public static JsonText ToJson(ImmutableArray<LintFinding> findings) => JsonText.Write(json =>
    {
        json.WriteStartArray("findings");
        foreach (var finding in findings)
        {
            json.WriteStartObject();
            json.WriteString("code", finding.Code);
            json.WriteNumber("line", finding.Line);
            json.WriteString("path", finding.Path);
            json.WriteString("message", finding.Message);
            json.WriteBoolean("certain", finding.IsCertain);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });
}

/// <summary>A rule under examination.</summary>
/// <param name="Pattern">Its pattern, templates standing for themselves.</param>
/// <param name="Policy">Where it is written.</param>
internal sealed record LintedRule(AclRule Rule, RulePattern Pattern, PolicyName Policy)
{
    public bool IsDeny => Rule.Capabilities == AclCapabilities.Deny;

    public bool Has(AclCapabilities capability) => (Rule.Capabilities & capability) != 0;

    public LintFinding Finding(string code, string message) => new(code, Rule.Line, Rule.Path, message);

    /// <summary>How another rule's finding refers to this one.</summary>
    public string Place(PolicyName seenFrom) => Policy == seenFrom ? $"\"{Rule.Path}\" on line {Rule.Line}" : $"\"{Rule.Path}\" of the policy {Policy}, line {Rule.Line},";
}
