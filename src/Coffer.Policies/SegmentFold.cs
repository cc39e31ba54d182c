using System.Numerics;
using Coffer.Sdk.Engines;

namespace Coffer.Policies;

/// <summary>Which segments of a request's path ignore case, because the engine reads them so. The path itself holds them folded.</summary>
/// <param name="Mask">Bit n stands for segment n of the whole path, from 0.</param>
/// <param name="RestFrom">Every segment from here on folds as well; <see cref="int.MaxValue"/> for none.</param>
public readonly record struct SegmentFold(ulong Mask, int RestFrom)
{
    /// <summary>Every segment counts as it is written.</summary>
    public static SegmentFold None { get; } = new(0, int.MaxValue);

    /// <summary>Those of a path below a mount, as segments of the whole path.</summary>
    /// <param name="mount">The mount's path, with its slash.</param>
    /// <param name="match">What the path matched.</param>
    public static SegmentFold Below(string mount, in PathMatch match)
    {
        if (match.FoldedSegments == 0)
        {
            return None;
        }

        var before = mount.AsSpan().Count('/');
        return new SegmentFold(match.FoldedSegments << before, match.FoldsRest ? before + BitOperations.Log2(match.FoldedSegments) : int.MaxValue);
    }

    /// <summary>Whether any segment folds.</summary>
    public bool IsAny => Mask != 0 || RestFrom != int.MaxValue;

    /// <summary>Whether this segment does.</summary>
    public bool Folds(int segment) => segment >= RestFrom || (segment < 64 && (Mask & (1UL << segment)) != 0);
}
