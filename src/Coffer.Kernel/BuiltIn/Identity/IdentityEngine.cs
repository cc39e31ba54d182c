using System.Collections.Immutable;
using Coffer.Kernel.BuiltIn.Identity.Oidc;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.BuiltIn.Identity;

/// <summary>What is served at <c>identity/</c>, put together from one file a subject.</summary>
internal sealed class IdentityEngine : IEngine
{
    public const string TypeName = "identity";
    public const string Description = "identity store";

    public static EngineType Type { get; } = new(TypeName, MountClass.Secret, Description, _ => new IdentityEngine());

    public ImmutableArray<EnginePath> Paths { get; } =
    [
        .. EntityPaths.Paths,
        .. EntityAliasPaths.Paths,
        .. GroupPaths.Paths,
        .. GroupAliasPaths.Paths,
        .. LookupPaths.Paths,
        .. OidcKeyPaths.Paths,
        .. OidcRolePaths.Paths,
        .. OidcTokenPaths.Paths,
    ];
}
