using System.Collections.Immutable;
using Coffer.Kernel.BuiltIn.Identity.Oidc;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.BuiltIn.Identity;

/// <summary>What is served at <c>identity/</c>, put together from one file a subject.</summary>
internal sealed class IdentityEngine(
    EntityPaths entities, EntityAliasPaths entityAliases, GroupPaths groups, GroupAliasPaths groupAliases, OidcKeyPaths keys, OidcRolePaths roles, OidcTokenPaths tokens)
    : IEngine
{
    public const string TypeName = "identity";
    public const string Description = "identity store";

    /// <param name="engine">Gives the one engine of this kind that a server has.</param>
    public static EngineType TypeOf(Func<IdentityEngine> engine) => new(TypeName, MountClass.Secret, Description, _ => engine());

    public ImmutableArray<EnginePath> Paths { get; } =
    [
        .. entities.Paths,
        .. entityAliases.Paths,
        .. groups.Paths,
        .. groupAliases.Paths,
        .. LookupPaths.Paths,
        .. keys.Paths,
        .. roles.Paths,
        .. tokens.Paths,
    ];
}
