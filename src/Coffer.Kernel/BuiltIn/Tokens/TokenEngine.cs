using System.Collections.Immutable;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.BuiltIn.Tokens;

/// <summary>What is served at <c>auth/token/</c>.</summary>
internal sealed class TokenEngine : IEngine
{
    public static EngineType Type { get; } =
        new("token", MountClass.Auth, "token based credentials", _ => new TokenEngine());

    public ImmutableArray<EnginePath> Paths { get; } =
    [
        .. TokenCreation.Paths,
        .. TokenLookup.Paths,
        .. TokenRenewal.Paths,
        .. TokenRevocation.Paths,
        .. TokenRoles.Paths,
    ];
}
