using Coffer.Policies;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.Mounts;

/// <summary>Where a path leads.</summary>
/// <param name="FullPath">
/// The one spelling of the path: what policies, quotas, lockout, audit and the handler see. As asked for where nothing serves the path; for a listing
/// with a slash at its end.
/// </param>
/// <param name="Mounted">Null when no mount serves the path.</param>
/// <param name="Below">The path below the mount, canonical.</param>
/// <param name="Match">Null when the engine has no such path.</param>
public readonly record struct Route(string FullPath, MountedEngine? Mounted, string Below, PathMatch? Match)
{
    /// <summary>What the policies are asked: the path with all that its row says about how it is read. Parameters and wrapping are to be added.</summary>
    public AclRequest Ask(AclOperation operation) =>
        Match is { } match ? AclRequest.Of(FullPath, Mounted!.Mount.Path, match, operation) : new AclRequest(FullPath, operation);
}
