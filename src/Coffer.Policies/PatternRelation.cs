
namespace Coffer.Policies;

/// <summary>How the sets of paths that two patterns match lie to each other.</summary>
internal static class PatternRelation
{
    /// <summary>Whether every path that <paramref name="inner"/> matches is matched by <paramref name="outer"/> as well.</summary>
    public static bool Covers(RulePattern outer, RulePattern inner)
    {
        var last = outer.Segments.Length - 1;
        if (!outer.IsPrefix && (inner.IsPrefix || inner.Segments.Length != outer.Segments.Length))
        {
            return false;
        }

        // A "*" that comes before the outer pattern's own matches paths that are too short for it.
        if (inner.Segments.Length <= last)
        {
            return false;
        }

        for (var i = 0; i <= last; i++)
        {
            var open = inner.IsPrefix && i == inner.Segments.Length - 1;
            var held = outer.IsPrefix && i == last
                ? StartsWith(inner.Segments[i], outer.Segments[i]!)
                : !open && (outer.Segments[i] is not { } text || inner.Segments[i] == text);
            if (!held)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether there is a path that both match.</summary>
    public static bool Meet(RulePattern a, RulePattern b)
    {
        for (var i = 0; ; i++)
        {
            var endA = i == a.Segments.Length - 1;
            var endB = i == b.Segments.Length - 1;
            var (segmentA, segmentB) = (a.Segments[i], b.Segments[i]);
            if (a.IsPrefix && endA)
            {
                return CanBegin(segmentB, segmentA!, b.IsPrefix && endB);
            }

            if (b.IsPrefix && endB)
            {
                return CanBegin(segmentA, segmentB!, isOpen: false);
            }

            if (segmentA is not null && segmentB is not null && segmentA != segmentB)
            {
                return false;
            }

            if (endA || endB)
            {
                return endA && endB;
            }
        }
    }

    private static bool StartsWith(string? segment, string beginning) =>
        beginning.Length == 0 || (segment is not null && segment.StartsWith(beginning, StringComparison.Ordinal));

    /// <summary>Whether a segment can begin so: a <c>+</c> can, and so can one that goes on after its text.</summary>
    private static bool CanBegin(string? segment, string beginning, bool isOpen) =>
        segment is null
        || segment.StartsWith(beginning, StringComparison.Ordinal)
        || (isOpen && beginning.StartsWith(segment, StringComparison.Ordinal));
}
