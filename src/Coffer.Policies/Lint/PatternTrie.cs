
namespace Coffer.Policies.Lint;

/// <summary>Rules by the segments of their patterns: finds those that meet a pattern without looking at all of them.</summary>
/// <param name="budget">How many rules may be looked at in all look-ups together.</param>
internal sealed class PatternTrie(int budget)
{
    private readonly Node _root = new();

    /// <summary>Rules looked at so far.</summary>
    public int Looks { get; private set; }

    /// <summary>The budget was spent: what was found since then is not all there is.</summary>
    public bool IsSpent => Looks >= budget;

    public void Add(LintedRule rule)
    {
        var node = _root;
        var segments = rule.Pattern.Segments;
        for (var i = 0; i < segments.Length - (rule.Pattern.IsPrefix ? 1 : 0); i++)
        {
            node = node.Child(segments[i]);
        }

        (rule.Pattern.IsPrefix ? node.Prefixes : node.Whole).Add(rule);
    }

    /// <summary>The rules that match a path which the pattern matches as well, in no particular order.</summary>
    public IEnumerable<LintedRule> Meeting(RulePattern pattern) => Visit(_root, pattern, 0).TakeWhile(_ => Looks++ < budget)
        .Where(rule => PatternRelation.Meet(rule.Pattern, pattern));

    private static IEnumerable<LintedRule> Visit(Node node, RulePattern pattern, int depth)
    {
        if (depth == pattern.Segments.Length)
        {
            return node.Whole;
        }

        if (pattern.IsPrefix && depth == pattern.Segments.Length - 1)
        {
            var begin = pattern.Segments[depth]!;
            return node.Prefixes.Concat(node.All(text => text.StartsWith(begin, StringComparison.Ordinal)));
        }

        var below = pattern.Segments[depth] is { } segment
            ? node.Children.TryGetValue(segment, out var child) ? Visit(child, pattern, depth + 1) : []
            : node.Children.Values.SelectMany(each => Visit(each, pattern, depth + 1));
        return node.Prefixes.Concat(below).Concat(node.Plus is null ? [] : Visit(node.Plus, pattern, depth + 1));
    }

    private sealed class Node
    {
        public Dictionary<string, Node> Children { get; } = new(StringComparer.Ordinal);

        public Node? Plus { get; private set; }

        public List<LintedRule> Whole { get; } = [];

        public List<LintedRule> Prefixes { get; } = [];

        public Node Child(string? segment)
        {
            if (segment is null)
            {
                return Plus ??= new Node();
            }

            if (!Children.TryGetValue(segment, out var child))
            {
                Children[segment] = child = new Node();
            }

            return child;
        }

        /// <summary>Every rule below whose next segment begins as asked, or is a <c>+</c>.</summary>
        public IEnumerable<LintedRule> All(Func<string, bool> begins) =>
            Children.Where(child => begins(child.Key)).SelectMany(child => child.Value.Everything()).Concat(Plus?.Everything() ?? []);

        private IEnumerable<LintedRule> Everything() => Whole.Concat(Prefixes).Concat(All(_ => true));
    }
}
