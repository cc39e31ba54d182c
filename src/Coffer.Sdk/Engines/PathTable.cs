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

    /// <summary>The first row that matches, with its parameters and the canonical path.</summary>
    /// <param name="path">Canonical path below the mount, with a slash at its end where the client sent one.</param>
    /// <param name="listing">The request lists the folder at the path: its canonical path ends in a slash, sent or not.</param>
    public bool TryMatch(string path, bool listing, out PathMatch match)
    {
        ArgumentNullException.ThrowIfNull(path);
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        var rows = _byFirst.TryGetValue(slash < 0 ? path : path.AsSpan(0, slash), out var literal) ? literal : _anyFirst;
        foreach (var row in rows)
        {
            if (row.Template.TryMatch(path, listing, out var canonical, out var parameters, out var spellings))
            {
                match = new PathMatch(row.Path, canonical, row.Template.KeepsFolders, row.Template.FoldedSegments, row.Template.FoldsRest, parameters ?? NoParams, spellings);
                return true;
            }
        }

        match = default;
        return false;
    }

    private sealed record Row(int Order, EnginePath Path, PathTemplate Template);
}
