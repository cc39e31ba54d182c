using System.Collections.Immutable;
using Coffer.Sdk.Leases;
using Coffer.Sdk.Outbound;
using Coffer.Sdk.Primitives;
using Coffer.Sdk.Tasks;

namespace Coffer.Sdk.Engines;

/// <summary>A secrets engine or auth method, one instance a mount: a table of paths, and the kinds of secret it can make.</summary>
/// <remarks>
/// Keeps no state that the store does not have, caches apart: any node may serve the next request, and a handler runs again when its commit
/// conflicts. Whatever reaches a system outside the store happens in <see cref="IDynamicSecret"/> and <see cref="IEngineTask"/>, and whatever is read there in
/// <see cref="EnginePath.Prepare"/>, never in a handler. An engine that is <see cref="IAsyncDisposable"/> is disposed once it is unmounted, its options have
/// changed, or the server is sealed, when nothing runs on it any more: it clears the key material that it holds.
/// </remarks>
public interface IEngine
{
    /// <summary>All that a client can call. The first path that matches wins.</summary>
    ImmutableArray<EnginePath> Paths { get; }

    /// <summary>The kinds of secret that this engine's plans may name.</summary>
    ImmutableArray<ISecretKind> Secrets => [];

    /// <summary>What it does outside requests.</summary>
    ImmutableArray<IEngineTask> Tasks => [];
}

/// <summary>Whether a mount serves secrets or logins.</summary>
public enum MountClass
{
    Secret,
    Auth,
}

/// <summary>What an engine is given for its whole life: no statics, so that tests control time, chance and the network.</summary>
/// <param name="Options">The mount's options as written at <c>sys/mounts</c>, such as <c>version</c> of a kv mount.</param>
/// <param name="Outbound">The network, as this mount reaches it.</param>
public sealed record EngineContext(
    string MountAccessor, ImmutableDictionary<string, string> Options, TimeProvider Clock, IRandom Random, IOutbound Outbound)
{
    /// <summary>Where functions run that keep a core busy for long; shared by all mounts.</summary>
    public SlowWork SlowWork { get; init; } = new();

    /// <summary>Takes the name of an outside system and its time, whenever that says what time it is. The server's clock is held against it.</summary>
    public Action<string, DateTimeOffset> OnOutsideTime { get; init; } = static (_, _) => { };
}
