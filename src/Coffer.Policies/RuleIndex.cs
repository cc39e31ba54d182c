
namespace Coffer.Policies;

/// <summary>Rules by their patterns: finds the one that decides on a path, in Vault's order (see <see cref="Acl"/>), without allocating.</summary>
internal sealed class RuleIndex
{
    private const int StackCharacters = 256;

    private readonly Dictionary<string, GrantedRule> _exact = new(StringComparer.Ordinal);
    private readonly PrefixTable? _prefixes;
    private readonly SegmentTrie? _segments;

    public RuleIndex(IEnumerable<GrantedRule> rules)
    {
        var prefixes = new List<KeyValuePair<string, GrantedRule>>();
        var segments = new List<GrantedRule>();
        foreach (var rule in rules)
        {
            if (rule.Match.PlusCount > 0)
            {
                segments.Add(rule);
            }
            else if (rule.Match.IsPrefix)
            {
                prefixes.Add(new(rule.Match.Text, rule));
            }
            else
            {
                _exact.Add(rule.Match.Text, rule);
            }
        }

        _prefixes = prefixes.Count == 0 ? null : new PrefixTable(prefixes);
        _segments = segments.Count == 0 ? null : new SegmentTrie(segments);
    }

    /// <summary>The rule for anything but a listing.</summary>
    /// <param name="keepsFolders">False: a rule whose path ends in a slash means the path without it as well.</param>
    public GrantedRule? Find(ReadOnlySpan<char> path, bool keepsFolders)
    {
        if (Exact(path) is { } exact)
        {
            return exact;
        }

        if (keepsFolders)
        {
            return FindPattern(path);
        }

        var buffer = path.Length < StackCharacters ? stackalloc char[StackCharacters] : new char[path.Length + 1];
        var slashed = Slashed(path, buffer);
        if (Exact(slashed) is { } folder)
        {
            return folder;
        }

        var found = FindPattern(path);
        return _segments is null ? found : _segments.BestWhole(slashed, found);
    }

    /// <summary>The rule for listing a folder, whose path may have its slash or not.</summary>
    public GrantedRule? FindFolder(ReadOnlySpan<char> path)
    {
        if (path.IsEmpty || path[^1] == '/')
        {
            return FindSlashed(path);
        }

        var buffer = path.Length < StackCharacters ? stackalloc char[StackCharacters] : new char[path.Length + 1];
        return FindSlashed(Slashed(path, buffer));
    }

    /// <summary>The rule on exactly this text, without a wildcard.</summary>
    public GrantedRule? Exact(ReadOnlySpan<char> path) =>
        _exact.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(path, out var rule) ? rule : null;

    private static Span<char> Slashed(ReadOnlySpan<char> path, Span<char> buffer)
    {
        path.CopyTo(buffer);
        buffer[path.Length] = '/';
        return buffer[..(path.Length + 1)];
    }

    private GrantedRule? FindPattern(ReadOnlySpan<char> path)
    {
        var prefix = _prefixes?.Longest(path);
        return _segments is null ? prefix : _segments.Best(path, prefix);
    }

    private GrantedRule? FindSlashed(ReadOnlySpan<char> path)
    {
        var trimmed = path.IsEmpty ? path : path[..^1];
        if ((Exact(path) ?? Exact(trimmed)) is { } exact)
        {
            return exact;
        }

        var prefix = _prefixes?.Longest(path);
        return _segments is null ? prefix : _segments.BestWhole(trimmed, _segments.Best(path, prefix));
    }
}
