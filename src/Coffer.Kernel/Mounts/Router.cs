using Coffer.Kernel.Requests;

namespace Coffer.Kernel.Mounts;

/// <summary>Finds the mount of a path. Built from one state of the mount table, and replaced with it.</summary>
public sealed class Router
{
    private readonly Dictionary<string, MountedEngine>.AlternateLookup<ReadOnlySpan<char>> _byPath;
    private readonly Dictionary<string, MountedEngine> _byUuid;

    internal Router(MountTable table, IEnumerable<MountedEngine> mounted)
    {
        Table = table;
        var all = mounted.ToArray();
        _byUuid = all.ToDictionary(engine => engine.Mount.Uuid, StringComparer.Ordinal);
        _byPath = all.ToDictionary(engine => engine.Mount.Path, StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public MountTable Table { get; }

    /// <summary>The mount that serves a path, and the path below it. The mount's own path may be asked for without its slash.</summary>
    public MountedEngine? Find(string path, out string below)
    {
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            if (_byPath.TryGetValue(path.AsSpan(0, slash + 1), out var found))
            {
                below = path[(slash + 1)..];
                return found;
            }
        }

        below = "";
        return _byPath.TryGetValue(path + "/", out var whole) ? whole : null;
    }

    /// <summary>Where a path leads, and its canonical spelling.</summary>
    /// <param name="path">As it was asked for.</param>
    /// <param name="listing">The folder at the path is listed.</param>
    public Route Route(CanonicalPath path, bool listing)
    {
        var mounted = Find(path.Text, out var below);
        var asked = listing ? path.AsFolder.Text : path.Text;
        if (mounted is null)
        {
            return new Route(asked, null, "", null);
        }

        if (!mounted.Paths.TryMatch(below, listing, out var match))
        {
            return new Route(asked, mounted, below, null);
        }

        var full = ReferenceEquals(match.Canonical, below) && below.Length > 0 ? path.Text : mounted.Mount.Path + match.Canonical;
        return new Route(full, mounted, match.Canonical, match);
    }

    /// <summary>The mount of a lease, wherever it has been moved to.</summary>
    public MountedEngine? FindByUuid(string uuid) => _byUuid.GetValueOrDefault(uuid);
}
