using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using Coffer.Sdk.Names;

namespace Coffer.Sdk.Engines;

/// <summary>A path template in its segments; see <see cref="EnginePath"/> for the notation.</summary>
public sealed class PathTemplate
{
    private static readonly SearchValues<char> Inside =
        SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz-.");

    private readonly ImmutableArray<Segment> _segments;

    private PathTemplate(ImmutableArray<Segment> segments)
    {
        _segments = segments;
        KeepsFolders = segments is [.., { IsFolder: true }];
        FoldsRest = segments is [.., { Kind: SegmentKind.Rest, Folds: true }];
        for (var i = 0; i < segments.Length; i++)
        {
            FoldedSegments |= segments[i].Folds ? 1UL << i : 0;
        }
    }

    private enum SegmentKind
    {
        Literal,
        Name,
        NameWithAt,
        Any,
        Rest,
    }

    /// <summary>The first segment, when it is a literal: what a table can look rows up by.</summary>
    public string? FirstLiteral => _segments is [{ Kind: SegmentKind.Literal } first, ..] ? first.Text : null;

    /// <summary>Names of the parameters, in order.</summary>
    public IEnumerable<string> Parameters => _segments.Where(segment => segment.Kind != SegmentKind.Literal).Select(segment => segment.Text);

    /// <summary>As in <see cref="PathMatch.FoldedSegments"/>.</summary>
    public ulong FoldedSegments { get; }

    /// <summary>As in <see cref="PathMatch.FoldsRest"/>.</summary>
    public bool FoldsRest { get; }

    /// <summary>A slash at the end is part of what the path names: <c>a</c> and <c>a/</c> are two things.</summary>
    public bool KeepsFolders { get; }

    /// <summary>As people and OpenAPI write it: every parameter is <c>{name}</c>, whatever it allows.</summary>
    public string Shown => string.Join('/', _segments.Select(segment => segment.Kind == SegmentKind.Literal ? segment.Text : $"{{{segment.Text}}}"));

    /// <exception cref="ArgumentException">The template is malformed: a mistake in the engine.</exception>
    public static PathTemplate Parse(string template)
    {
        var parts = template.Length == 0 ? [] : template.Split('/');
        var segments = parts.Select((part, index) => ParseSegment(template, part, index == parts.Length - 1)).ToImmutableArray();
        return new PathTemplate(segments);
    }

    /// <summary>True for one segment that is a valid name: word characters, with <c>-</c> and <c>.</c> inside.</summary>
    public static bool IsName(ReadOnlySpan<char> text) => IsName(text, at: false);

    /// <summary>Matches a path, and makes it canonical.</summary>
    /// <param name="path">With a slash at its end where the client sent one.</param>
    /// <param name="listing">The folder at the path is listed.</param>
    /// <param name="canonical">As in <see cref="PathMatch"/>; the same object as <paramref name="path"/> where nothing had to change.</param>
    /// <param name="parameters">Null when the template has none.</param>
    /// <param name="spellings">Null when no parameter was changed.</param>
    public bool TryMatch(
        string path, bool listing, out string canonical, out Dictionary<string, string>? parameters, out Dictionary<string, string>? spellings)
    {
        parameters = null;
        spellings = null;
        canonical = "";
        var slashed = path.EndsWith('/');
        var rest = slashed && (listing || !KeepsFolders) ? path.AsSpan(0, path.Length - 1) : path;
        foreach (var segment in _segments)
        {
            var slash = segment.Kind == SegmentKind.Rest ? -1 : rest.IndexOf('/');
            var part = slash < 0 ? rest : rest[..slash];
            if (!Fits(segment, part))
            {
                return false;
            }

            if (segment.Kind != SegmentKind.Literal && !TryCapture(segment, part.ToString(), ref parameters, ref spellings))
            {
                return false;
            }

            rest = slash < 0 ? [] : rest[(slash + 1)..];
        }

        if (!rest.IsEmpty)
        {
            return false;
        }

        canonical = spellings is not null ? Build(parameters!, listing)
            : listing ? slashed || path.Length == 0 ? path : path + "/"
            : slashed && !KeepsFolders ? path[..^1]
            : path;
        return true;
    }

    private static bool TryCapture(
        Segment segment, string part, ref Dictionary<string, string>? parameters, ref Dictionary<string, string>? spellings)
    {
        parameters ??= new(StringComparer.Ordinal);
        if (!segment.Folds)
        {
            parameters[segment.Text] = part;
            return true;
        }

        var folded = NameFold.Of(part);
        parameters[segment.Text] = folded;
        if (folded == part)
        {
            return true;
        }

        // What is left may be no segment any more, such as a single blank.
        if (folded.Length == 0 || folded.StartsWith('/') || folded.EndsWith('/'))
        {
            return false;
        }

        (spellings ??= new(StringComparer.Ordinal))[segment.Text] = part;
        return true;
    }

    private string Build(Dictionary<string, string> parameters, bool listing)
    {
        var path = new StringBuilder();
        foreach (var segment in _segments)
        {
            path.Append(path.Length == 0 ? "" : "/").Append(segment.Kind == SegmentKind.Literal ? segment.Text : parameters[segment.Text]);
        }

        return path.Append(listing ? "/" : "").ToString();
    }

    private static bool Fits(Segment segment, ReadOnlySpan<char> part) => segment.Kind switch
    {
        SegmentKind.Literal => part.SequenceEqual(segment.Text),
        SegmentKind.Name => IsName(part, at: false),
        SegmentKind.NameWithAt => IsName(part, at: true),
        SegmentKind.Rest => true,
        _ => part.Length > 0,
    };

    private static Segment ParseSegment(string template, string part, bool last)
    {
        if (!part.StartsWith('{'))
        {
            return part.Length > 0 && !part.Contains('{') ? new Segment(SegmentKind.Literal, part) : throw Malformed(template);
        }

        if (!part.EndsWith('}'))
        {
            throw Malformed(template);
        }

        var inner = part[1..^1];
        var rest = inner.EndsWith("...", StringComparison.Ordinal);
        var words = (rest ? inner[..^3] : inner).Split(':', ',');
        var segment = new Segment(rest ? SegmentKind.Rest : SegmentKind.Name, words[0]);
        foreach (var word in words.Skip(1))
        {
            segment = word switch
            {
                "at" when !rest => segment with { Kind = SegmentKind.NameWithAt },
                "any" when !rest => segment with { Kind = SegmentKind.Any },
                "folded" => segment with { Folds = true },
                "folder" when rest => segment with { IsFolder = true },
                _ => throw Malformed(template),
            };
        }

        return rest && !last ? throw Malformed(template) : segment;
    }

    private static bool IsName(ReadOnlySpan<char> text, bool at)
    {
        if (text.IsEmpty || !IsWord(text[0], at) || !IsWord(text[^1], at))
        {
            return false;
        }

        foreach (var character in text)
        {
            if (!Inside.Contains(character) && !(at && character == '@'))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsWord(char character, bool at) =>
        char.IsAsciiLetterOrDigit(character) || character == '_' || (at && character == '@');

    private static ArgumentException Malformed(string template) => new($"malformed path template \"{template}\"", nameof(template));

    private readonly record struct Segment(SegmentKind Kind, string Text)
    {
        public bool Folds { get; init; }

        public bool IsFolder { get; init; }
    }
}
