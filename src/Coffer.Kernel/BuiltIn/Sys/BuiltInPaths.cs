using Coffer.Kernel.BuiltIn.Identity;
using Coffer.Kernel.BuiltIn.Tokens;
using Coffer.Kernel.Requests;
using Coffer.Policies;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary>The paths that every server has, whatever is mounted: as much as can be said of a path without a server.</summary>
internal static class BuiltInPaths
{
    private static readonly (string Mount, PathTable Paths)[] Tables =
    [
        ("sys/", new PathTable(new SysEngine().Paths)),
        ("auth/token/", new PathTable(new TokenEngine().Paths)),
        ("identity/", new PathTable(new IdentityEngine().Paths)),
    ];

    /// <summary>What the policies are asked about a path: with all that its row says, if it is one of these or of the given mounts.</summary>
    /// <param name="path">What is asked for.</param>
    /// <param name="operation">What would be done there.</param>
    /// <param name="mounts">Paths with their slash, and what is mounted there.</param>
    /// <returns>The question, and whether it is known how the path reads its parameters.</returns>
    public static (AclRequest Asked, bool IsKnown) Ask(CanonicalPath path, AclOperation operation, IReadOnlyList<(string Mount, PathTable Paths)> mounts)
    {
        var listing = operation == AclOperation.List;
        var full = listing ? path.AsFolder.Text : path.Text;
        var (mount, paths) = Tables.Concat(mounts).Where(table => full.StartsWith(table.Mount, StringComparison.Ordinal)).OrderByDescending(table => table.Mount.Length).FirstOrDefault();
        return paths is not null && paths.TryMatch(path.Text[Math.Min(mount.Length, path.Text.Length)..], listing, out var match)
            ? (AclRequest.Of(mount + match.Canonical, mount, match, operation), true)
            : (new AclRequest(full, operation), paths is not null);
    }
}
