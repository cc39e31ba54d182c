using Coffer.Kernel.Identity;
using Coffer.Kernel.Tokens.Paths;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.Sys;

/// <summary>The paths that every server has, whatever is mounted: as much as can be said of a path without a server.</summary>
internal static class BuiltInPaths
{
    private static readonly (string Mount, PathTable Paths)[] Tables =
    [
        ("sys/", new PathTable(new SysEngine().Paths)),
        ("auth/token/", new PathTable(new TokenEngine().Paths)),
        ("identity/", new PathTable(new IdentityEngine().Paths)),
    ];

    /// <summary>Whether the path wants sudo beside the operation's own capability.</summary>
    public static bool IsRootProtected(string path) => Tables.Any(table =>
        path.StartsWith(table.Mount, StringComparison.Ordinal) && table.Paths.TryMatch(path[table.Mount.Length..], out var found, out _) && found.Sudo);
}
