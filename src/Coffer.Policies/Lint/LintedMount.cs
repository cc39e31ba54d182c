using Coffer.Sdk.Engines;

namespace Coffer.Policies.Lint;

/// <summary>What the linter knows of a mount.</summary>
/// <param name="Path">Where it is, with a slash at its end. No mount is below another.</param>
/// <param name="Paths">What it serves; null when its engine does not run.</param>
/// <param name="Folders">How it divides its paths; null when it does not.</param>
public sealed record LintedMount(string Path, PathTable? Paths, SplitFolders? Folders)
{
    /// <summary>The mount that serves a path, and the path below it; null when none does.</summary>
    internal static LintedMount? Find(IReadOnlyList<LintedMount> mounts, string path, out string below)
    {
        var found = mounts.FirstOrDefault(mount => path.StartsWith(mount.Path, StringComparison.Ordinal) || path.Length + 1 == mount.Path.Length && mount.Path.StartsWith(path, StringComparison.Ordinal));
        below = found is null || path.Length < found.Path.Length ? "" : path[found.Path.Length..];
        return found;
    }
}
