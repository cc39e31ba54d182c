using System.Collections.Immutable;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary>What is served at <c>sys/</c> by an unsealed server.</summary>
/// <param name="paths">The rows of each subject, in order: the first that matches a request serves it.</param>
internal sealed class SysEngine(ImmutableArray<EnginePath> paths) : IEngine
{
    /// <param name="engine">Gives the one engine of this kind that a server has.</param>
    public static EngineType TypeOf(Func<SysEngine> engine) => new("system", MountClass.Secret, "system endpoints used for control, policy and debugging", _ => engine());

    public ImmutableArray<EnginePath> Paths { get; } = paths;
}
