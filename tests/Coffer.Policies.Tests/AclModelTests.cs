using System.Text.RegularExpressions;
using CsCheck;

namespace Coffer.Policies.Tests;

/// <summary>Holds the compiled matcher against one that tries every rule with a regular expression and sorts what matches.</summary>
public sealed class AclModelTests
{
    private static readonly string[] Verbs = ["read", "list", "create", "update", "delete", "sudo", "patch", "deny"];

    private static readonly Gen<string> Segment = Gen.OneOf("a", "b", "ab", "abc", "", "+", "+", "b+", "*", "é");

    private static readonly Gen<string> Pattern =
        Gen.Select(Segment.Array[1, 5], Gen.Bool, (segments, glob) => string.Join('/', segments) + (glob ? "*" : ""))
            .Where(pattern => !pattern.Contains("+*", StringComparison.Ordinal) && !pattern.StartsWith('/'));

    private static readonly Gen<string> Path =
        Gen.OneOf("a", "b", "ab", "abc", "", "+", "b+", "*", "é", "abcd").Array[1, 6].Select(segments => string.Join('/', segments).TrimStart('/'));

    private static readonly Gen<(string Pattern, string[] Verbs)> Rule = Gen.Select(Pattern, Gen.OneOf(Verbs).Array[0, 3]);

    [Fact]
    public void The_compiled_acl_agrees_with_the_naive_one() =>
        Gen.Select(Rule.Array[0, 25].Array[1, 3], Path.Array[1, 12]).Sample(
            (policies, paths) =>
            {
                var acl = AclTesting.Acl([.. policies.Select(Text)]);
                var naive = new Naive(policies.SelectMany(rules => rules));
                foreach (var path in paths)
                {
                    Assert.Equal(naive.Capabilities(path), acl.Capabilities(path));
                    foreach (var operation in Enum.GetValues<AclOperation>().Where(operation => operation <= AclOperation.Delete))
                    {
                        Assert.True(
                            naive.Allows(operation, path) == acl.Decide(operation, path).IsAllowed,
                            $"{operation} {path}: {acl.Decide(operation, path)}\n{string.Join('\n', policies.Select(Text))}");
                    }
                }
            },
            iter: 500);

    private static string Text((string Pattern, string[] Verbs)[] rules) => string.Concat(rules.Select(rule =>
        $"path \"{rule.Pattern}\" {{ capabilities = [{string.Join(',', rule.Verbs.Select(verb => $"\"{verb}\""))}] }}\n"));

    private sealed class Naive
    {
        private readonly Dictionary<string, HashSet<string>> _rules = [];
        private readonly Dictionary<string, Regex> _expressions;

        public Naive(IEnumerable<(string Pattern, string[] Verbs)> rules)
        {
            foreach (var (pattern, verbs) in rules)
            {
                _rules[pattern] = [.. _rules.GetValueOrDefault(pattern, []), .. verbs];
            }

            _expressions = _rules.Keys.ToDictionary(pattern => pattern, Expression);
        }

        public bool Allows(AclOperation operation, string path)
        {
            var verb = operation.ToString().ToLowerInvariant();
            var granted = operation == AclOperation.List ? Listed(path.EndsWith('/') || path.Length == 0 ? path : path + "/") : Best(path, path, null);
            return granted.Contains(verb) && !granted.Contains("deny");
        }

        public IEnumerable<string> Capabilities(string path)
        {
            var granted = path.EndsWith('/') ? Listed(path) : Best(path, path, null);
            return granted.Count == 0 || granted.Contains("deny") ? ["deny"] : granted.Order(StringComparer.Ordinal);
        }

        private HashSet<string> Listed(string folder) => Best(folder, folder.Length == 0 ? folder : folder[..^1], folder);

        /// <summary>Exact on the path, exact on the path without its slash, then the patterns on either; of those on the latter only whole ones.</summary>
        private HashSet<string> Best(string path, string trimmed, string? folder)
        {
            foreach (var exact in new[] { path, trimmed })
            {
                if (_rules.TryGetValue(exact, out var verbs) && !IsPattern(exact))
                {
                    return verbs;
                }
            }

            var winner = _rules.Keys.Where(IsPattern)
                .Where(rule => _expressions[rule].IsMatch(path) || (folder is not null && HasPlus(rule) && !rule.EndsWith('*') && _expressions[rule].IsMatch(trimmed)))
                .OrderBy(FirstWild)
                .ThenBy(rule => rule.EndsWith('*') ? 0 : 1)
                .ThenBy(rule => -rule.Split('/').Count(segment => segment == "+"))
                .ThenBy(rule => System.Text.Encoding.UTF8.GetByteCount(rule))
                .ThenBy(rule => rule, StringComparer.Ordinal)
                .LastOrDefault();
            return winner is null ? [] : _rules[winner];
        }

        private static bool HasPlus(string rule) => rule.Split('/').Contains("+");

        private static bool IsPattern(string rule) => rule.EndsWith('*') || HasPlus(rule);

        private static int FirstWild(string rule)
        {
            var plus = Regex.Match(rule, @"(^|(?<=/))\+(?=/|$)");
            return plus.Success ? plus.Index : rule.Length - 1;
        }

        private static Regex Expression(string rule)
        {
            var body = rule.EndsWith('*') ? rule[..^1] : rule;
            var expression = string.Join('/', body.Split('/').Select(segment => segment == "+" ? "[^/]*" : Regex.Escape(segment)));
            return new Regex($"^{expression}{(rule.EndsWith('*') ? "" : "\\z")}");
        }
    }
}
