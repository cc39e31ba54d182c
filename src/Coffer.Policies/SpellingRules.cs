using System.Collections.Immutable;
using Coffer.Sdk.Names;

namespace Coffer.Policies;

/// <summary>
/// What rules mean beyond the spelling in which they are written. A deny holds for every spelling of its path: case does not count, and a template
/// without a value stands for every value. A grant in a segment that the engine folds holds for the folded name.
/// </summary>
internal sealed class SpellingRules
{
    private const int StackCharacters = 256;

    private readonly RuleIndex? _folded;
    private readonly ImmutableArray<OpenDeny> _open;
    private readonly ImmutableArray<GrantedRule> _mixed;

    private SpellingRules(RuleIndex? folded, ImmutableArray<OpenDeny> open, ImmutableArray<GrantedRule> mixed)
    {
        _folded = folded;
        _open = open;
        _mixed = mixed;
    }

    /// <summary>Null when the rules mean no more than they say.</summary>
    public static SpellingRules? Of(ImmutableArray<GrantedRule> rules, ImmutableArray<OpenDeny> open)
    {
        ImmutableArray<GrantedRule> mixed = [.. rules.Where(rule => !rule.Match.IsFolded)];
        var denies = rules.Any(rule => rule.Grants(AclCapabilities.Deny));
        return denies || !open.IsEmpty || !mixed.IsEmpty ? new SpellingRules(denies ? new RuleIndex(Folded(rules)) : null, open, mixed) : null;
    }

    /// <summary>The rule that decides instead of the one found by spelling; the same one in most cases.</summary>
    public GrantedRule? Decide(GrantedRule? found, ReadOnlySpan<char> path, bool listing, bool keepsFolders, in SegmentFold folds)
    {
        if (folds.IsAny && !_mixed.IsEmpty)
        {
            found = BestMixed(found, path, listing, folds);
        }

        return found is null || found.Grants(AclCapabilities.Deny) ? found : Deny(found, path, listing, keepsFolders) ?? found;
    }

    private static IEnumerable<GrantedRule> Folded(ImmutableArray<GrantedRule> rules) => rules
        .Select(rule => (Rule: rule, Pattern: rule.Match.Fold()))
        .GroupBy(pair => pair.Pattern.Key)
        .Select(same => same.FirstOrDefault(pair => pair.Rule.Grants(AclCapabilities.Deny)) is { Rule: { } deny }
            ? new GrantedRule(same.First().Pattern, [.. same.SelectMany(pair => pair.Rule.Sources).Where(source => source.Capabilities == AclCapabilities.Deny)], AclCapabilities.Deny)
            : new GrantedRule(same.First().Pattern, same.First().Rule.Sources, same.First().Rule.Capabilities));

    private GrantedRule? BestMixed(GrantedRule? found, ReadOnlySpan<char> path, bool listing, in SegmentFold folds)
    {
        foreach (var rule in _mixed)
        {
            if ((found is null || RulePattern.Beats(rule.Match, found.Match)) && rule.Match.Matches(path, folds, listing))
            {
                found = rule;
            }
        }

        return found;
    }

    private GrantedRule? Deny(GrantedRule found, ReadOnlySpan<char> path, bool listing, bool keepsFolders)
    {
        var buffer = path.Length <= StackCharacters ? stackalloc char[StackCharacters] : new char[path.Length];
        var folded = buffer[..path.Length];
        NameFold.Case(path, folded);
        var rule = listing ? _folded?.FindFolder(folded) : _folded?.Find(folded, keepsFolders);
        if (rule?.Grants(AclCapabilities.Deny) == true)
        {
            return rule;
        }

        foreach (var deny in _open)
        {
            if (deny.HoldsAgainst(found, folded, listing, keepsFolders))
            {
                return deny.Rule;
            }
        }

        return null;
    }
}
