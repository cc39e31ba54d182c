using System.Collections.Immutable;

namespace Coffer.Sdk.Engines;

/// <summary>An engine's paths, compiled once: finds the row that a request path belongs to and takes its parameters out.</summary>
public sealed class PathTable
{
    private static readonly Dictionary<string, string> NoParams = [];

    private readonly Dictionary<string, ImmutableArray<Row>>.AlternateLookup<ReadOnlySpan<char>> _byFirst;
    private readonly ImmutableArray<Row> _anyFirst;

    public PathTable(ImmutableArray<EnginePath> paths)
    {
        var rows = paths.Select((path, order) => new Row(order, path, PathTemplate.Parse(path.Template))).ToArray();
        _anyFirst = [.. rows.Where(row => row.Template.FirstLiteral is null)];
        _byFirst = rows.Where(row => row.Template.FirstLiteral is not null)
            .GroupBy(row => row.Template.FirstLiteral!, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Concat(_anyFirst).OrderBy(row => row.Order).ToImmutableArray(), StringComparer.Ordinal)
            .GetAlternateLookup<ReadOnlySpan<char>>();
        Paths = paths;
    }

    public ImmutableArray<EnginePath> Paths { get; }

    /// <summary>The first row that matches, with its parameters.</summary>
    /// <param name="path">Canonical path below the mount. One slash at the end is passed over: that is how a listing is asked for.</param>
    public bool TryMatch(string path, out EnginePath found, out Dictionary<string, string> parameters)
    {
        var trimmed = path.AsSpan();
        if (trimmed.EndsWith('/'))
        {
            trimmed = trimmed[..^1];
        }

        var slash = trimmed.IndexOf('/');
        var rows = _byFirst.TryGetValue(slash < 0 ? trimmed : trimmed[..slash], out var literal) ? literal : _anyFirst;
        foreach (var row in rows)
        {
            if (row.Template.TryMatch(trimmed, out var captured))
            {
                found = row.Path;
                parameters = captured ?? NoParams;
                return true;
            }
        }

        found = null!;
        parameters = NoParams;
        return false;
    }

    private sealed record Row(int Order, EnginePath Path, PathTemplate Template);
}
