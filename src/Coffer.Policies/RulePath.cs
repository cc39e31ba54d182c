using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Coffer.Sdk.Names;

namespace Coffer.Policies;

/// <summary>
/// The path of a rule, cut into text and <c>{{templates}}</c>. What is a wildcard is settled here, on the text alone, so that no
/// value put in later can add or remove one.
/// </summary>
internal sealed class RulePath
{
    private readonly ImmutableArray<Piece> _pieces;
    private readonly bool _isPrefix;

    private RulePath(ImmutableArray<Piece> pieces, bool isPrefix)
    {
        _pieces = pieces;
        _isPrefix = isPrefix;
        IsTemplated = pieces.Any(piece => piece.IsTemplate);
    }

    public bool IsTemplated { get; }

    /// <summary>False when the double braces do not pair.</summary>
    public static bool TryParse(string path, [NotNullWhen(true)] out RulePath? parsed)
    {
        parsed = null;
        var pieces = ImmutableArray.CreateBuilder<Piece>();
        var isPrefix = path.EndsWith('*');
        var parts = (isPrefix ? path[..^1] : path).Split("{{");
        for (var i = 0; i < parts.Length; i++)
        {
            var ends = parts[i].Split("}}");
            if (ends.Length != (i == 0 ? 1 : 2))
            {
                return false;
            }

            if (i > 0)
            {
                pieces.Add(new Piece(ends[0].Trim(), IsTemplate: true));
            }

            pieces.Add(new Piece(ends[^1], IsTemplate: false));
        }

        parsed = new RulePath(pieces.DrainToImmutable(), isPrefix);
        return true;
    }

    /// <summary>What is between the double braces, in order.</summary>
    public IEnumerable<string> Templates => _pieces.Where(piece => piece.IsTemplate).Select(piece => piece.Text);

    /// <summary>The pattern for one caller, or the reason why the rule drops out for them.</summary>
    /// <param name="values">Of the caller.</param>
    /// <param name="denies">
    /// The rule is a deny. A value that reaches over several segments widens what a grant allows, so it takes a grant away; a deny holds for the path that the
    /// value makes.
    /// </param>
    /// <param name="pattern">The path, filled.</param>
    /// <param name="reason">Which value is missing or cannot be used.</param>
    public bool TryFill(PolicyTemplateValues values, bool denies, [NotNullWhen(true)] out RulePattern? pattern, [NotNullWhen(false)] out string? reason)
    {
        pattern = null;
        reason = null;
        var filled = new List<string>();
        foreach (var template in Templates)
        {
            if (!values.TryResolve(template, out var value))
            {
                reason = $"no value for {{{{{template}}}}}";
                return false;
            }

            if (!denies && !IsUsable(value))
            {
                reason = $"the value of {{{{{template}}}}} holds a slash or a control character";
                return false;
            }

            filled.Add(value);
        }

        pattern = Build(filled);
        return true;
    }

    /// <summary>What a deny holds for when some of its templates have no value: see <see cref="OpenDeny"/>.</summary>
    public OpenDeny Open(PolicyTemplateValues values, RuleSource source)
    {
        var segments = new List<OpenDeny.Segment> { new("", "", IsOpen: false, IsPlus: false) };
        var hasTemplate = new List<bool> { false };
        foreach (var piece in _pieces)
        {
            if (piece.IsTemplate)
            {
                hasTemplate[^1] = true;
                if (values.TryResolve(piece.Text, out var value))
                {
                    AddText(value, ofTemplate: true);
                }
                else
                {
                    segments[^1] = segments[^1] with { After = "", IsOpen = true };
                }

                continue;
            }

            AddText(piece.Text, ofTemplate: false);
        }

        return new OpenDeny([.. segments.Select((segment, i) => Fold(segment with { IsPlus = segment is { Before: "+", IsOpen: false } && !hasTemplate[i] }))], _isPrefix, source);

        void AddText(string text, bool ofTemplate)
        {
            var texts = text.Split('/');
            segments[^1] = Append(segments[^1], texts[0]);
            foreach (var next in texts.Skip(1))
            {
                segments.Add(new(next, "", IsOpen: false, IsPlus: false));
                hasTemplate.Add(ofTemplate);
            }
        }

        static OpenDeny.Segment Append(OpenDeny.Segment segment, string text) =>
            segment.IsOpen ? segment with { After = segment.After + text } : segment with { Before = segment.Before + text };

        static OpenDeny.Segment Fold(OpenDeny.Segment segment) =>
            segment with { Before = NameFold.Case(segment.Before), After = NameFold.Case(segment.After) };
    }

    /// <summary>The pattern with each template standing for itself: as much as can be said of a rule before there is a caller.</summary>
    public RulePattern Outline() => Build([.. Templates.Select(template => $"{{{{{template.Replace('/', '_')}}}}}")]);

    private static bool IsUsable(string value) => !value.Any(c => c == '/' || char.IsControl(c));

    private RulePattern Build(List<string> values)
    {
        var used = 0;
        var segments = new List<Segment> { new("", HasTemplate: false) };
        foreach (var piece in _pieces)
        {
            var texts = (piece.IsTemplate ? values[used++] : piece.Text).Split('/');
            segments[^1] = new Segment(segments[^1].Text + texts[0], segments[^1].HasTemplate || piece.IsTemplate);
            segments.AddRange(texts.Skip(1).Select(text => new Segment(text, piece.IsTemplate)));
        }

        return new RulePattern([.. segments.Select(segment => segment.IsWild ? null : segment.Text)], _isPrefix);
    }

    private readonly record struct Piece(string Text, bool IsTemplate);

    private readonly record struct Segment(string Text, bool HasTemplate)
    {
        public bool IsWild => Text == "+" && !HasTemplate;
    }
}
