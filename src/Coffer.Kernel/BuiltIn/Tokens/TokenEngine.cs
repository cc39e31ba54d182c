using System.Collections.Immutable;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.BuiltIn.Tokens;

/// <summary>What is served at <c>auth/token/</c>.</summary>
internal sealed class TokenEngine(TokenCreation creation, TokenLookup lookup, TokenRenewal renewal, TokenRevocation revocation) : IEngine
{
    /// <param name="engine">Gives the one engine of this kind that a server has.</param>
    public static EngineType TypeOf(Func<TokenEngine> engine) => new("token", MountClass.Auth, "token based credentials", _ => engine());

    public ImmutableArray<EnginePath> Paths { get; } =
    [
        .. creation.Paths,
        .. lookup.Paths,
        .. renewal.Paths,
        .. revocation.Paths,
        .. TokenRoles.Paths,
    ];
}
