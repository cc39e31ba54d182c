using System.Buffers;
using System.Collections.Immutable;

namespace Coffer.Sdk.Engines;

/// <summary>A path template in its segments; see <see cref="EnginePath"/> for the notation.</summary>
public sealed class PathTemplate
{
    private static readonly SearchValues<char> Inside =
        SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz-.");

    private readonly ImmutableArray<Segment> _segments;

    private PathTemplate(ImmutableArray<Segment> segments) => _segments = segments;

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

    /// <summary>Matches a path without a slash at its end.</summary>
    public bool TryMatch(ReadOnlySpan<char> path, out Dictionary<string, string>? parameters)
    {
        parameters = null;
        foreach (var segment in _segments)
        {
            if (segment.Kind == SegmentKind.Rest)
            {
                (parameters ??= new(StringComparer.Ordinal))[segment.Text] = path.ToString();
                return true;
            }

            if (path.IsEmpty)
            {
                return false;
            }

            var slash = path.IndexOf('/');
            var part = slash < 0 ? path : path[..slash];
            if (!Fits(segment, part))
            {
                return false;
            }

            if (segment.Kind != SegmentKind.Literal)
            {
                (parameters ??= new(StringComparer.Ordinal))[segment.Text] = part.ToString();
            }

            path = slash < 0 ? [] : path[(slash + 1)..];
        }

        return path.IsEmpty;
    }

    private static bool Fits(Segment segment, ReadOnlySpan<char> part) => segment.Kind switch
    {
        SegmentKind.Literal => part.SequenceEqual(segment.Text),
        SegmentKind.Name => IsName(part, at: false),
        SegmentKind.NameWithAt => IsName(part, at: true),
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
        if (inner.EndsWith("...", StringComparison.Ordinal))
        {
            return last ? new Segment(SegmentKind.Rest, inner[..^3]) : throw Malformed(template);
        }

        var colon = inner.IndexOf(':', StringComparison.Ordinal);
        return colon < 0
            ? new Segment(SegmentKind.Name, inner)
            : inner[(colon + 1)..] switch
            {
                "at" => new Segment(SegmentKind.NameWithAt, inner[..colon]),
                "any" => new Segment(SegmentKind.Any, inner[..colon]),
                _ => throw Malformed(template),
            };
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

    private readonly record struct Segment(SegmentKind Kind, string Text);
}
