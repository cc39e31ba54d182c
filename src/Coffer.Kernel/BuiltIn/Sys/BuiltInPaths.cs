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

    /// <summary>What the policies are asked about a path: with all that its row says, if it is one of these.</summary>
    public static AclRequest Ask(CanonicalPath path, AclOperation operation)
    {
        var listing = operation == AclOperation.List;
        var full = listing ? path.AsFolder.Text : path.Text;
        foreach (var (mount, paths) in Tables)
        {
            if (full.StartsWith(mount, StringComparison.Ordinal) && paths.TryMatch(path.Text[Math.Min(mount.Length, path.Text.Length)..], listing, out var match))
            {
                return AclRequest.Of(mount + match.Canonical, mount, match, operation);
            }
        }

        return new AclRequest(full, operation);
    }
}
