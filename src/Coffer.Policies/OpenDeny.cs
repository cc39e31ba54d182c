using System.Collections.Immutable;

namespace Coffer.Policies;

/// <summary>
/// A deny whose path has a template without a value for this caller (GHSA-hr5j-3j78-4vh2). It stays a deny of every path that it could have meant: a
/// template may stand for any text within its segment. It ranks as the rule would that had the fitting value.
/// </summary>
internal sealed class OpenDeny
{
    private readonly ImmutableArray<Segment> _segments;
    private readonly bool _isPrefix;

    /// <param name="segments">The path's segments, folded.</param>
    /// <param name="isPrefix">The path ends in <c>*</c>.</param>
    /// <param name="source">Where the rule is written.</param>
    public OpenDeny(ImmutableArray<Segment> segments, bool isPrefix, RuleSource source)
    {
        _segments = segments;
        _isPrefix = isPrefix;
        Rule = new GrantedRule(new RulePattern([.. segments.Select(segment => segment.IsOpen || segment.IsPlus ? null : segment.Before)], isPrefix), [source], AclCapabilities.Deny)
        {
            IsOpen = true,
        };
    }

    /// <summary>As explain shows it, with a <c>+</c> where a value is missing.</summary>
    public GrantedRule Rule { get; }

    /// <summary>Whether it denies a path that another rule grants.</summary>
    /// <param name="granting">The rule that decides otherwise.</param>
    /// <param name="path">The path, folded.</param>
    public bool HoldsAgainst(GrantedRule granting, ReadOnlySpan<char> path, bool listing, bool keepsFolders)
    {
        var text = path.TrimEnd('/').ToString();
        var hasSlash = path.EndsWith('/') || listing;
        return (hasSlash && Holds(granting, text + "/")) || ((!hasSlash || listing) && Holds(granting, text)) || (!hasSlash && !keepsFolders && !_isPrefix && Holds(granting, text + "/"));
    }

    private bool Holds(GrantedRule granting, string path) => Fill(path) is { } filled && !RulePattern.Beats(granting.Match.Fold(), filled);

    /// <summary>The pattern that the rule would have been with the value that fits the path; null when none does.</summary>
    private RulePattern? Fill(string path)
    {
        var filled = ImmutableArray.CreateBuilder<string?>(_segments.Length);
        var rest = path.AsSpan();
        for (var i = 0; i < _segments.Length; i++)
        {
            var segment = _segments[i];
            var last = i == _segments.Length - 1;
            if (last && _isPrefix)
            {
                if (!rest.StartsWith(segment.Before, StringComparison.Ordinal))
                {
                    return null;
                }

                // The longest value that the template could have had makes the narrowest rule.
                filled.Add(segment.IsOpen ? rest.ToString() : segment.Before);
                return new RulePattern(filled.ToImmutable(), isPrefix: true);
            }

            var slash = rest.IndexOf('/');
            if (slash < 0 != last)
            {
                return null;
            }

            var part = last ? rest : rest[..slash];
            if (!segment.Fits(part))
            {
                return null;
            }

            filled.Add(segment.IsPlus ? null : part.ToString());
            rest = last ? [] : rest[(slash + 1)..];
        }

        return new RulePattern(filled.ToImmutable(), isPrefix: false);
    }

    /// <summary>One segment of the path.</summary>
    /// <param name="Before">The text, up to the first template without a value.</param>
    /// <param name="After">The text after the last one.</param>
    /// <param name="IsOpen">There is a template without a value.</param>
    /// <param name="IsPlus">The segment is a <c>+</c>.</param>
    internal readonly record struct Segment(string Before, string After, bool IsOpen, bool IsPlus)
    {
        public bool Fits(ReadOnlySpan<char> part) => IsPlus
            || (IsOpen
                ? part.Length >= Before.Length + After.Length && part.StartsWith(Before, StringComparison.Ordinal) && part.EndsWith(After, StringComparison.Ordinal)
                : part.SequenceEqual(Before));
    }
}
