using CsCheck;

namespace Coffer.Policies.Tests;

public sealed class PatternRelationTests
{
    private static readonly Gen<string> Pattern =
        Gen.Select(Gen.OneOf("a", "b", "ab", "", "+").Array[1, 4], Gen.Bool, (segments, glob) => string.Join('/', segments) + (glob ? "*" : ""))
            .Where(pattern => !pattern.Contains("+*", StringComparison.Ordinal) && !pattern.StartsWith('/'));

    // All paths of these: enough to tell the patterns above apart.
    private static readonly string[] Paths = [.. Enumerable.Range(1, 5).SelectMany(Texts)];

    [Fact]
    public void One_pattern_covers_another_exactly_when_it_matches_all_of_its_paths() =>
        Gen.Select(Pattern, Pattern).Sample(
            (outer, inner) => Assert.True(
                PatternRelation.Covers(Parse(outer), Parse(inner)) == Paths.Where(path => Matches(inner, path)).All(path => Matches(outer, path)), $"{outer} over {inner}"),
            iter: 3000);

    [Fact]
    public void Two_patterns_meet_exactly_when_a_path_matches_both() =>
        Gen.Select(Pattern, Pattern).Sample(
            (a, b) => Assert.True(PatternRelation.Meet(Parse(a), Parse(b)) == Paths.Any(path => Matches(a, path) && Matches(b, path)), $"{a} and {b}"),
            iter: 3000);

    private static IEnumerable<string> Texts(int segments) => segments == 1
        ? ["a", "b", "ab", "c", "abc", ""]
        : Texts(segments - 1).SelectMany(start => new[] { "a", "b", "ab", "c", "" }.Select(end => $"{start}/{end}"));

    private static RulePattern Parse(string pattern)
    {
        Assert.True(RulePath.TryParse(pattern, out var path));
        return path.Outline();
    }

    private static bool Matches(string pattern, string path)
    {
        var body = pattern.EndsWith('*') ? pattern[..^1] : pattern;
        var expression = string.Join('/', body.Split('/').Select(segment => segment == "+" ? "[^/]*" : segment));
        return System.Text.RegularExpressions.Regex.IsMatch(path, $"^{expression}{(pattern.EndsWith('*') ? "" : "\\z")}");
    }
}
