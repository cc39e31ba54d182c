using System.Collections.Immutable;
using System.Text;
using Coffer.Sdk.Names;

namespace Coffer.Policies;

/// <summary>A rule's path with all values filled in: segments, each a text or a <c>+</c>, and maybe a <c>*</c> at the end.</summary>
internal sealed class RulePattern
{
    private string? _key;
    private RulePattern? _folded;

    public RulePattern(ImmutableArray<string?> segments, bool isPrefix)
    {
        Segments = segments;
        IsPrefix = isPrefix;
        PlusCount = segments.Count(segment => segment is null);
        Text = string.Join('/', segments.Select(segment => segment ?? "+"));
        LengthBytes = Encoding.UTF8.GetByteCount(Text);
        FirstWild = PlusCount == 0 ? Text.Length : segments.TakeWhile(segment => segment is not null).Sum(segment => segment!.Length + 1);
    }

    /// <summary>The texts between the slashes; null is a <c>+</c>.</summary>
    public ImmutableArray<string?> Segments { get; }

    /// <summary>Ends in <c>*</c>.</summary>
    public bool IsPrefix { get; }

    /// <summary>The number of <c>+</c> segments.</summary>
    public int PlusCount { get; }

    /// <summary>The pattern without its final <c>*</c>.</summary>
    public string Text { get; }

    /// <summary>The position of the first <c>+</c> or <c>*</c>.</summary>
    public int FirstWild { get; }

    /// <summary>The length of <see cref="Text"/> in UTF-8.</summary>
    public int LengthBytes { get; }

    /// <summary>As a policy's author would write it.</summary>
    public string Display => IsPrefix ? Text + "*" : Text;

    /// <summary>
    /// Equal for equal patterns only: a <c>+</c> or <c>*</c> that came out of a value is text, and gets another key than a wildcard.
    /// </summary>
    public (string, bool) Key => (_key ??= string.Join('/', Segments.Select(segment => segment is null ? "+" : "=" + segment)), IsPrefix);

    /// <summary>No text of it would change by folding.</summary>
    public bool IsFolded => NameFold.IsFolded(Text);

    /// <summary>The same with all its texts folded.</summary>
    public RulePattern Fold() => _folded ??= IsFolded ? this : new RulePattern([.. Segments.Select(segment => segment is null ? null : NameFold.Case(segment))], IsPrefix);

    /// <summary>No wildcard in it.</summary>
    public bool IsExact => !IsPrefix && PlusCount == 0;

    /// <summary>Whether the first decides where both match: an exact path wins over every pattern, among patterns their rank counts.</summary>
    public static bool Beats(RulePattern a, RulePattern b) => a.IsExact != b.IsExact ? a.IsExact : Outranks(a, b);

    /// <summary>Vault's order among patterns that match the same path: the higher one alone decides.</summary>
    public static bool Outranks(RulePattern a, RulePattern b)
    {
        if (a.FirstWild != b.FirstWild)
        {
            return a.FirstWild > b.FirstWild;
        }

        if (a.IsPrefix != b.IsPrefix)
        {
            return b.IsPrefix;
        }

        if (a.PlusCount != b.PlusCount)
        {
            return a.PlusCount < b.PlusCount;
        }

        return a.LengthBytes != b.LengthBytes ? a.LengthBytes > b.LengthBytes : string.CompareOrdinal(a.Text, b.Text) > 0;
    }

    /// <summary>Whether the pattern matches a path, some of whose segments ignore case. For a listing also without the slash at the path's end.</summary>
    public bool Matches(ReadOnlySpan<char> path, in SegmentFold folds, bool listing) =>
        MatchesAsIs(path, folds) || (listing && !IsPrefix && path.EndsWith('/') && MatchesAsIs(path[..^1], folds));

    private bool MatchesAsIs(ReadOnlySpan<char> path, in SegmentFold folds)
    {
        for (var i = 0; i < Segments.Length; i++)
        {
            var last = i == Segments.Length - 1;
            // The path holds such a segment folded.
            var segment = folds.Folds(i) ? Fold().Segments[i] : Segments[i];
            if (last && IsPrefix)
            {
                // What follows a folded segment is compared by its own rule only where the text ends before it.
                return path.StartsWith(segment, StringComparison.Ordinal);
            }

            var slash = path.IndexOf('/');
            if (slash < 0 != last || (segment is { } text && !(last ? path : path[..slash]).SequenceEqual(text)))
            {
                return false;
            }

            path = last ? [] : path[(slash + 1)..];
        }

        return true;
    }

    /// <summary>Whether something the pattern matches lies in this folder, whose path ends with a slash.</summary>
    public bool ReachesUnder(ReadOnlySpan<char> folder)
    {
        if (PlusCount == 0)
        {
            return Text.AsSpan().StartsWith(folder, StringComparison.Ordinal);
        }

        var rest = folder;
        for (var i = 0; !rest.IsEmpty; i++)
        {
            var slash = rest.IndexOf('/');
            var name = rest[..slash];
            if (i == Segments.Length)
            {
                return false;
            }

            if (Segments[i] is { } text && !name.SequenceEqual(text))
            {
                return IsPrefix && i == Segments.Length - 1 && name.StartsWith(text, StringComparison.Ordinal);
            }

            rest = rest[(slash + 1)..];
        }

        return true;
    }
}
