using Coffer.Sdk.Engines;
using Coffer.Sdk.Leases;
using Coffer.Sdk.Storage;
using Coffer.Sdk.Tasks;

namespace Coffer.Kernel.Mounts;

/// <summary>A mount with its engine and its compiled paths.</summary>
public sealed record MountedEngine(MountEntry Mount, EngineType Type, EngineInstance Instance, PathTable Paths, MountView View)
{
    public IEngine Engine => Instance.Engine;

    /// <summary>The kind of secret that a plan names.</summary>
    public ISecretKind? SecretOf(string name) => Engine.Secrets.FirstOrDefault(secret => secret.Name == name);

    /// <summary>The task that a reply or a schedule names.</summary>
    public IEngineTask? TaskOf(string name) => Engine.Tasks.FirstOrDefault(task => task.Name == name);
}
