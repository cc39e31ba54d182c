using System.Collections.Immutable;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Tasks;

namespace Coffer.Secrets.Totp;

/// <summary>One-time codes that depend on the time (RFC 6238): makes them as an authenticator does, and checks them as a server does.</summary>
public sealed class TotpEngine : IEngine
{
    private TotpEngine(EngineContext context) => Paths = [KeyPaths.All, KeyPaths.One(context.Random), CodePath.Path];

    /// <summary>What mounts name it by.</summary>
    public static EngineType Type { get; } =
        new("totp", MountClass.Secret, "Makes and checks one-time codes that depend on the time.", context => new TotpEngine(context));

    public ImmutableArray<EnginePath> Paths { get; }

    public ImmutableArray<IEngineTask> Tasks { get; } = [new UsedCodesSweep()];
}
