using Coffer.Sdk.Engines;
using Coffer.Sdk.Leases;

namespace Coffer.Kernel.Mounts;

/// <summary>A mount with its engine and its compiled paths.</summary>
public sealed record MountedEngine(MountEntry Mount, EngineInstance Instance, PathTable Paths, MountView View)
{
    public IEngine Engine => Instance.Engine;

    /// <summary>The kind of secret that a plan names.</summary>
    public ISecretKind? SecretOf(string name) => Engine.Secrets.FirstOrDefault(secret => secret.Name == name);

    /// <summary>The rotation that a reply names.</summary>
    public IRotation? RotationOf(string name) => Engine.Rotations.FirstOrDefault(rotation => rotation.Name == name);
}
