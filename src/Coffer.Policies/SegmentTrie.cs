
namespace Coffer.Policies;

/// <summary>The rules that hold a <c>+</c>, by segment. A look-up visits each node at most once and allocates nothing.</summary>
internal sealed class SegmentTrie
{
    private readonly Node _root = new();

    public SegmentTrie(IEnumerable<GrantedRule> rules)
    {
        foreach (var rule in rules)
        {
            Add(rule);
        }

        _root.Freeze();
    }

    /// <summary>The highest-ranking rule that matches the path, or the one already found if that ranks higher.</summary>
    public GrantedRule? Best(ReadOnlySpan<char> path, GrantedRule? found)
    {
        Visit(_root, path, withPrefixes: true, ref found);
        return found;
    }

    /// <summary>The same among the rules without a final <c>*</c> only.</summary>
    public GrantedRule? BestWhole(ReadOnlySpan<char> path, GrantedRule? found)
    {
        Visit(_root, path, withPrefixes: false, ref found);
        return found;
    }

    private void Add(GrantedRule rule)
    {
        var node = _root;
        var segments = rule.Match.Segments;
        var whole = rule.Match.IsPrefix ? segments.Length - 1 : segments.Length;
        for (var i = 0; i < whole; i++)
        {
            node = node.Child(segments[i]);
        }

        if (rule.Match.IsPrefix)
        {
            // "+*" is refused, so the last segment of a prefix rule is text, maybe empty.
            node.Beginnings[segments[^1]!] = rule;
        }
        else
        {
            node.Whole = rule;
        }
    }

    private static void Visit(Node node, ReadOnlySpan<char> rest, bool withPrefixes, ref GrantedRule? best)
    {
        if (withPrefixes && node.Prefixes is { } prefixes)
        {
            Consider(prefixes.Longest(rest), ref best);
        }

        var slash = rest.IndexOf('/');
        var segment = slash < 0 ? rest : rest[..slash];
        if (node.Children.Count > 0 && node.Children.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(segment, out var child))
        {
            Descend(child, rest, slash, withPrefixes, ref best);
        }

        if (node.Plus is { } plus)
        {
            Descend(plus, rest, slash, withPrefixes, ref best);
        }
    }

    private static void Descend(Node child, ReadOnlySpan<char> rest, int slash, bool withPrefixes, ref GrantedRule? best)
    {
        if (slash < 0)
        {
            Consider(child.Whole, ref best);
        }
        else
        {
            Visit(child, rest[(slash + 1)..], withPrefixes, ref best);
        }
    }

    private static void Consider(GrantedRule? candidate, ref GrantedRule? best)
    {
        if (candidate is not null && (best is null || RulePattern.Outranks(candidate.Match, best.Match)))
        {
            best = candidate;
        }
    }

    private sealed class Node
    {
        public Dictionary<string, Node> Children { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, GrantedRule> Beginnings { get; } = new(StringComparer.Ordinal);

        public Node? Plus { get; private set; }

        public GrantedRule? Whole { get; set; }

        public PrefixTable? Prefixes { get; private set; }

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

        public void Freeze()
        {
            Prefixes = Beginnings.Count == 0 ? null : new PrefixTable(Beginnings);
            Plus?.Freeze();
            foreach (var child in Children.Values)
            {
                child.Freeze();
            }
        }
    }
}
